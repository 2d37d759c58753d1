import { setImmediate } from 'node:timers/promises';
import { runOnThreads } from '@ds/threads';
import type { DlrmConfig } from '../../../models/dlrm/config.js';
import { forwardWorkerUrl } from '../../../forward-worker-url.js';
import { usedTables } from '../../../models/dlrm/hooks/kept-features.js';
import { gatherRowsOfTables } from '../../../tables/gather-rows.js';
import type { ForwardTask } from './forward-task.js';
import type { ForwardOptions } from './part-forward.js';
import { partOfInput, type PartInput } from './part-input.js';
import type { Feeds } from '../parameters.js';
import { shareParameters, type SharedParameters } from './shared-parameters.js';
import { largestPart, StagedBatch } from './staged-batch.js';

/**
 * At most so many examples per part of a frozen network on dense tables. Otherwise parts are larger, because each rearranges
 * the weights, and of fewer examples more have a set of zero tables of their own, each with its columns of the first top
 * layer's weight.
 */
const smallPart = 128;
// The shared memory holds this many examples; a larger batch is processed in several rounds.
const maxExamples = 32 * largestPart;
// Milliseconds, long enough for a benchmark to load its next model.
const keepIdle = 30_000;

// Milliseconds; a part takes a few, starting a thread a few hundred.
const maxWait = 5_000;

// Reused for the batches of all models, because allocating memory costs a tenth of the time of a few thousand examples.
let spareBuffer = new SharedArrayBuffer(0);
const batchesOnTheirWay = new Set<StagedBatch>();
// A thread inside ONNX Runtime would make the program abort on exit.
process.once('exit', () => {
  for (const batch of batchesOnTheirWay) batch.abandon();
  for (const batch of batchesOnTheirWay) batch.waitUntilLeft(maxWait);
});

/**
 * The forward pass on threads: this thread gathers the rows of one part after another; each of the others computes whole
 * parts, with ONNX Runtime on a single thread. No thread waits for another within a layer, and all of them compute the
 * interaction, which ONNX Runtime would not distribute.
 */
export class ThreadedForward {
  readonly #config: DlrmConfig;
  readonly #threads: number;
  readonly #usedTables: readonly number[];
  #parameters: SharedParameters | undefined;
  #parametersOf: Feeds | undefined;

  constructor({ config, threads }: { config: DlrmConfig; threads: number }) {
    this.#config = config;
    this.#threads = threads;
    this.#usedTables = usedTables(config);
  }

  /** Probabilities (n); the options are those of `PartForward.forward`. */
  async forward(input: PartInput, options: ForwardOptions): Promise<Float32Array> {
    const probabilities = new Float32Array(input.size);
    for (let start = 0; start < input.size; start += maxExamples) {
      const turn = partOfInput(input, start, Math.min(start + maxExamples, input.size));
      await this.#forward(turn, options, probabilities.subarray(start, start + turn.size));
    }
    return probabilities;
  }

  async #forward(
    input: PartInput,
    { parameters, skipsZeros }: ForwardOptions,
    probabilities: Float32Array,
  ): Promise<void> {
    const { size, ids, tables } = input;
    const bottomInput = input.bottomOutput ?? input.dense;
    const shape = {
      size,
      partSize: evenPartSize(size, this.#threads, parameters.frozen && !skipsZeros ? smallPart : largestPart),
      inputWidth: bottomInput.length / size,
      rowsWidth: this.#usedTables.length * this.#config.embeddingDim,
    };
    const bytes = StagedBatch.byteLength(shape);
    const buffer = spareBuffer.byteLength >= bytes ? spareBuffer : new SharedArrayBuffer(bytes);
    spareBuffer = new SharedArrayBuffer(0);
    const batch = new StagedBatch(shape, buffer);
    const threads = Math.min(this.#threads, batch.parts);
    batch.begin(threads);
    batch.input.set(bottomInput);
    const task: ForwardTask = {
      config: this.#config,
      parameters: this.#shared(parameters.feeds),
      shape,
      batch: buffer,
      isBottomOutput: input.bottomOutput !== undefined,
      isFrozen: parameters.frozen !== undefined,
      skipsZeros,
    };
    batchesOnTheirWay.add(batch);
    const computed = runOnThreads<ForwardTask, undefined>({
      worker: forwardWorkerUrl,
      tasks: Array.from({ length: threads }, () => ({ input: task })),
      threads,
      keepIdle,
    }).finally(() => batchesOnTheirWay.delete(batch));
    computed.catch(() => undefined); // reported where it is awaited
    try {
      await setImmediate(); // lets the tasks be sent
      for (let part = 0; part < batch.parts; part++) {
        const { start, count } = batch.extent(part);
        const idsOfPart = ids.subarray(start * tables.length, (start + count) * tables.length);
        gatherRowsOfTables(tables, idsOfPart, batch.rowsOf(part), {
          order: 'tables first',
          used: this.#usedTables,
        });
        batch.publish();
      }
    } catch (error) {
      batch.abandon();
      // The next batch may use the memory only when no thread computes in it any more.
      await computed.catch(() => undefined);
      throw error;
    }
    await computed;
    probabilities.set(batch.probabilities);
    spareBuffer = buffer;
  }

  #shared(feeds: Feeds): SharedParameters {
    if (!this.#parameters || feeds !== this.#parametersOf) {
      this.#parameters = shareParameters(this.#config, feeds);
      this.#parametersOf = feeds;
    }
    return this.#parameters;
  }
}

/** At most `most` examples per part, so that every thread computes as many parts. */
function evenPartSize(size: number, threads: number, most: number): number {
  const partsOfThread = Math.ceil(size / (threads * most));
  return Math.ceil(size / (threads * partsOfThread));
}

import { setImmediate } from 'node:timers/promises';
import { runOnThreads } from '@ds/threads';
import type * as OnnxRuntime from 'onnxruntime-node';
import type { DlrmConfig } from '../../../models/dlrm/config.js';
import { forwardWorkerUrl } from '../../../forward-worker-url.js';
import { gatherRowsOfTables } from '../../../tables/gather-rows.js';
import { parameterPlaces, type ForwardTask, type SharedParameters } from './forward-task.js';
import type { ForwardOptions } from './part-forward.js';
import { partOfInput, type PartInput } from './part-input.js';
import { StagedBatch } from './staged-batch.js';

type Feeds = Record<string, OnnxRuntime.Tensor>;

/** Examples of a part: its vectors and activations stay in the second-level cache of one core. */
const partSize = 512;
// The memory that is shared holds this many examples; a larger batch goes through it in turns.
const mostExamples = 32 * partSize;
// Long enough for the next model of a benchmark to be loaded.
const keepIdle = 30_000;

// A part takes milliseconds, a thread that is just starting some hundred.
const longestWait = 5_000;

let lastId = 0;
// Of a batch before, of any model: models come and go, and new memory costs a batch of a few thousand examples a tenth.
let spareBuffer = new SharedArrayBuffer(0);
const batchesOnTheirWay = new Set<StagedBatch>();
// A thread that is inside of ONNX Runtime when the program exits would abort it.
process.once('exit', () => {
  for (const batch of batchesOnTheirWay) batch.abandon();
  for (const batch of batchesOnTheirWay) batch.waitUntilLeft(longestWait);
});

/**
 * The forward pass on threads: this one gathers the rows of one part after another, the others each compute whole
 * parts, with one thread of ONNX Runtime each. That leaves no thread waiting for another within a layer, and the
 * interaction, which is not ONNX Runtime's, runs on all of them.
 */
export class ThreadedForward {
  readonly #config: DlrmConfig;
  readonly #threads: number;
  #parameters: SharedParameters | undefined;
  #parametersOf: Feeds | undefined;

  constructor({ config, threads }: { config: DlrmConfig; threads: number }) {
    this.#config = config;
    this.#threads = threads;
  }

  /** Probabilities (n); the options are those of `PartForward.forward`. */
  async forward(input: PartInput, options: ForwardOptions): Promise<Float32Array> {
    const probabilities = new Float32Array(input.size);
    for (let start = 0; start < input.size; start += mostExamples) {
      const turn = partOfInput(input, start, Math.min(start + mostExamples, input.size));
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
    const entering = input.bottomOutput ?? input.dense;
    const shape = {
      size,
      partSize,
      inputWidth: entering.length / size,
      rowsWidth: tables.length * this.#config.embeddingDim,
    };
    const bytes = StagedBatch.byteLength(shape);
    const buffer = spareBuffer.byteLength >= bytes ? spareBuffer : new SharedArrayBuffer(bytes);
    spareBuffer = new SharedArrayBuffer(0);
    const batch = new StagedBatch(shape, buffer);
    const threads = Math.min(this.#threads, batch.parts);
    batch.begin(threads);
    batch.input.set(entering);
    const task: ForwardTask = {
      config: this.#config,
      parameters: this.#shared(parameters),
      shape,
      batch: buffer,
      isBottomOutput: input.bottomOutput !== undefined,
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
      await setImmediate(); // the tasks are on their way
      for (let part = 0; part < batch.parts; part++) {
        const { start, count } = batch.extent(part);
        const idsOfPart = ids.subarray(start * tables.length, (start + count) * tables.length);
        gatherRowsOfTables(tables, idsOfPart, batch.rowsOf(part), { order: 'tables first' });
        batch.publish();
      }
    } catch (error) {
      batch.abandon();
      // The memory is for the next batch only when nobody computes in it any more.
      await computed.catch(() => undefined);
      throw error;
    }
    await computed;
    probabilities.set(batch.probabilities);
    spareBuffer = buffer;
  }

  #shared(parameters: Feeds): SharedParameters {
    if (!this.#parameters || parameters !== this.#parametersOf) {
      const places = parameterPlaces(this.#config);
      const length = places.reduce((sum, { name }) => sum + parameters[name]!.data.length, 0);
      const values = new Float32Array(new SharedArrayBuffer(4 * length));
      for (const { name, start } of places) values.set(parameters[name]!.data as Float32Array, start);
      this.#parameters = { id: ++lastId, values: values.buffer };
      this.#parametersOf = parameters;
    }
    return this.#parameters;
  }
}

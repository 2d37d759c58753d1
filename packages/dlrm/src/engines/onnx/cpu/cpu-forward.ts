import type * as OnnxRuntime from 'onnxruntime-node';
import type { DlrmConfig } from '../../../models/dlrm/config.js';
import { DenseTable } from '../../../tables/dense-table.js';
import { usedTables } from '../../../models/dlrm/hooks/kept-features.js';
import { gatherRowsOfTables } from '../../../tables/gather-rows.js';
import { partOfInput, type PartInput } from './part-input.js';
import { PartForward } from './part-forward.js';
import type { Parameters } from '../parameters.js';
import type { Sessions } from '../sessions.js';
import { ThreadedForward } from './threaded-forward.js';

// Examples at a time on this thread, where ONNX Runtime runs each layer on its own threads. With fewer, those threads would
// wait for one another too often; with more, the activations would not fit into the CPU's caches.
const partSize = 4096;
/**
 * Examples from which on a batch is computed on several threads; a smaller one is not worth the messages to them. `frozen`: of a
 * frozen network on dense tables, whose parts are smaller.
 */
export const minThreadedBatch = { frozen: 2048, other: 4096 };

/** The forward pass on the CPU: small batches on this thread, large ones on several. */
export class CpuForward {
  readonly #config: DlrmConfig;
  readonly #part: PartForward;
  readonly #usedTables: readonly number[];
  readonly #threaded: ThreadedForward | undefined;

  constructor({
    ort,
    config,
    sessions,
    threads,
  }: {
    ort: typeof OnnxRuntime;
    config: DlrmConfig;
    sessions: Sessions;
    /** Threads for large batches; 1 computes them on this thread. */
    threads: number;
  }) {
    this.#config = config;
    this.#usedTables = usedTables(config);
    this.#part = new PartForward({ ort, config, sessions, threads, capacity: partSize });
    if (threads > 1) this.#threaded = new ThreadedForward({ config, threads });
  }

  /** Whether the rows of these tables are searched for zeros, to leave them out of the products: those of compressed tables. */
  skipsZeros({ tables }: Pick<PartInput, 'tables'>): boolean {
    return this.#usedTables.some((table) => !(tables[table] instanceof DenseTable));
  }

  /** Probabilities (n). */
  async forward(input: PartInput, parameters: Parameters): Promise<Float32Array> {
    const { size } = input;
    const skipsZeros = this.skipsZeros(input);
    const threadedSize = minThreadedBatch[parameters.frozen && !skipsZeros ? 'frozen' : 'other'];
    if (this.#threaded && size >= threadedSize) {
      return this.#threaded.forward(input, { parameters, skipsZeros });
    }
    const probabilities = new Float32Array(size);
    for (const { part, start } of this.#gatheredParts(input)) {
      const target = probabilities.subarray(start, start + part.size);
      await this.#part.forward(part, target, { parameters, skipsZeros });
    }
    return probabilities;
  }

  /** The input of the top MLP (n, topMlp[0]). */
  async features(input: PartInput, parameters: Parameters): Promise<Float32Array> {
    const width = this.#config.topMlp[0]!;
    const features = new Float32Array(input.size * width);
    for (const { part, start } of this.#gatheredParts(input)) {
      features.set(await this.#part.features(part, part.size, parameters), start * width);
    }
    return features;
  }

  /** The bottom MLP's output (n, dim) for dense features (n, bottomMlp[0]). */
  async bottomOutput(dense: Float32Array, parameters: Parameters): Promise<Float32Array> {
    const output = new Float32Array((dense.length / this.#config.bottomMlp[0]!) * this.#config.embeddingDim);
    await this.#part.bottomOutput(dense, output, parameters);
    return output;
  }

  /** The batch in parts, each with its rows gathered. */
  *#gatheredParts(input: PartInput): Generator<{ part: PartInput; start: number }> {
    for (let start = 0; start < input.size; start += partSize) {
      const part = partOfInput(input, start, Math.min(start + partSize, input.size));
      const { size, ids, tables } = part;
      gatherRowsOfTables(tables, ids, this.#part.rows(size), {
        order: 'tables first',
        used: this.#usedTables,
      });
      yield { part, start };
    }
  }
}

import type { ModuleInput, NetworkInput } from '../../engine.js';
import { OnnxNetwork, type OnnxNetworkParts } from '../network.js';
import { CpuForward, minThreadedBatch } from './cpu-forward.js';

// Of tables that may be zero, a larger batch skips the zeros, which a graph cannot.
const fewExamples = 256;

/** The network on the CPU; its forward pass computes the interaction in WebAssembly, between two graphs. */
export class CpuNetwork extends OnnxNetwork {
  readonly #forward: CpuForward;

  constructor({
    threads,
    ...parts
  }: OnnxNetworkParts & {
    /** Threads for the forward pass of large batches. */
    threads: number;
  }) {
    super(parts);
    const { ort, config } = parts;
    this.#forward = new CpuForward({ ort, config, sessions: this.sessions, threads });
  }

  override async forward(input: NetworkInput, section: { from?: ModuleInput; to?: string } = {}) {
    const { from, to } = section;
    const parameters = this.currentParameters;
    if (parameters.frozen && this.#isOneGraph(input)) return super.forward(input, section);
    if (to === undefined && !from) return this.#forward.forward(input, parameters);
    if (to === undefined && from?.module === 'interaction') {
      return this.#forward.forward({ ...input, bottomOutput: from.values }, parameters);
    }
    if (to === 'interaction' && !from) return this.#forward.bottomOutput(input.dense, parameters);
    if (to === 'top_l.0' && !from) return this.#forward.features(input, parameters);
    return super.forward(input, section);
  }

  /**
   * Whether a frozen network computes a batch as one graph that contains the weights. Passing the weights to two graphs, and
   * rearranging them for the matrix products, would take as long as the products of a few examples.
   */
  #isOneGraph(input: NetworkInput): boolean {
    return input.size < (this.#forward.skipsZeros(input) ? fewExamples : minThreadedBatch.frozen);
  }
}

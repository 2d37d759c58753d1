import type { ModuleInput, NetworkInput } from '../../engine.js';
import { OnnxNetwork, type OnnxNetworkParts } from '../network.js';
import { CpuForward } from './cpu-forward.js';

// Up to this size, a single graph that contains the weights is faster: passing the weights to two graphs, and rearranging them
// for the matrix products, takes as long as the products.
const smallBatch = 64;

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
    if (this.isFrozen && input.size <= smallBatch) return super.forward(input, section);
    if (to === undefined && !from) return this.#forward.forward(input, this.feeds);
    if (to === undefined && from?.module === 'interaction') {
      return this.#forward.forward({ ...input, bottomOutput: from.values }, this.feeds);
    }
    if (to === 'interaction' && !from) return this.#forward.bottomOutput(input.dense, this.feeds);
    if (to === 'top_l.0' && !from) return this.#forward.features(input, this.feeds);
    return super.forward(input, section);
  }
}

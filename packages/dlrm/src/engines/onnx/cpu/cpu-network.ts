import type { NetworkInput } from '../../engine.js';
import { OnnxNetwork, type OnnxNetworkParts } from '../network.js';
import { CpuForward } from './cpu-forward.js';

/** The network on the CPU: its forward pass computes the interaction in WebAssembly, between two graphs. */
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

  override async forward(input: NetworkInput): Promise<Float32Array> {
    return this.#forward.forward(input, this.feeds);
  }

  override async bottomOutput({ dense }: Pick<NetworkInput, 'dense'>): Promise<Float32Array> {
    return this.#forward.bottomOutput(dense, this.feeds);
  }

  override async features(input: NetworkInput): Promise<Float32Array> {
    return this.#forward.features(input, this.feeds);
  }
}

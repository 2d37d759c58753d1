import type * as OnnxRuntime from 'onnxruntime-node';
import type { InferenceSession } from 'onnxruntime-node';
import type { OnnxGraph } from './graph/graph.js';
import { encodeModel } from './graph/model-format.js';

/**
 * Compiled graphs by name, each compiled on first use.
 *
 * Each session has its own threads, which by the library's default spin for a while after a run. Two alternating sessions
 * then take the cores from each other, which doubled the time of a forward pass.
 */
export class Sessions {
  readonly #ort: typeof OnnxRuntime;
  readonly #options: InferenceSession.SessionOptions;
  readonly #sessions = new Map<string, Promise<InferenceSession>>();

  constructor(ort: typeof OnnxRuntime, options: InferenceSession.SessionOptions) {
    this.#ort = ort;
    this.#options = options;
  }

  /**
   * The compiled graph of a name; `graph` creates it the first time.
   *
   * @param threadsSpin whether its threads wait for the next run without sleeping, for a graph of many small steps that
   *   runs repeatedly
   */
  get(name: string, graph: () => OnnxGraph, { threadsSpin = false } = {}): Promise<InferenceSession> {
    let session = this.#sessions.get(name);
    if (!session) {
      const allow_spinning = threadsSpin ? '1' : '0';
      session = this.#ort.InferenceSession.create(encodeModel(graph().toGraphProto()), {
        ...this.#options,
        extra: { session: { intra_op: { allow_spinning } } },
      });
      this.#sessions.set(name, session);
      session.catch(() => this.#sessions.delete(name)); // the next call tries again
    }
    return session;
  }

  async release(): Promise<void> {
    const sessions = await Promise.all(this.#sessions.values());
    this.#sessions.clear();
    await Promise.all(sessions.map((session) => session.release()));
  }
}

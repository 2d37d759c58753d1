import type * as OnnxRuntime from 'onnxruntime-node';
import type { InferenceSession } from 'onnxruntime-node';
import type { OnnxGraph } from './graph.js';
import { encodeModel } from './model-format.js';

/** Compiled graphs by name, each compiled when it is first needed. */
export class Sessions {
  readonly #ort: typeof OnnxRuntime;
  readonly #options: InferenceSession.SessionOptions;
  readonly #sessions = new Map<string, Promise<InferenceSession>>();

  constructor(ort: typeof OnnxRuntime, options: InferenceSession.SessionOptions) {
    this.#ort = ort;
    this.#options = options;
  }

  /** The compiled graph of a name; `graph` makes it the first time. */
  get(name: string, graph: () => OnnxGraph): Promise<InferenceSession> {
    let session = this.#sessions.get(name);
    if (!session) {
      session = this.#ort.InferenceSession.create(encodeModel(graph().toGraphProto()), this.#options);
      this.#sessions.set(name, session);
    }
    return session;
  }

  async release(): Promise<void> {
    const sessions = await Promise.all(this.#sessions.values());
    this.#sessions.clear();
    await Promise.all(sessions.map((session) => session.release()));
  }
}

/** To a worker thread: run the served function on this input. */
export interface Request<Input> {
  input: Input;
}

/** From a worker thread: what the function returned, or what it threw. */
export type Reply<Output> = { output: Output } | { error: unknown };

import type { Tensor } from 'onnxruntime-node';
import type { Sessions } from './sessions.js';

/** Inputs or outputs of a graph by name. */
export type Feeds = Record<string, Tensor>;

/** The weights and biases of a network. */
export interface Parameters {
  /** By name. Different values come in a different object. */
  feeds: Feeds;
  /** For graphs that contain these values, so that a run need not rearrange them. Default: they are inputs. */
  frozen?: Sessions | undefined;
}

/** The values for graphs that contain them. */
export function constantsOf(feeds: Feeds): Record<string, Float32Array> {
  return Object.fromEntries(Object.entries(feeds).map(([name, { data }]) => [name, data as Float32Array]));
}

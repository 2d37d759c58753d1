import { denseLayers, type DlrmConfig } from '../../../models/dlrm/config.js';
import type { StagedBatchShape } from './staged-batch.js';

/** Weights and biases in shared memory. */
export interface SharedParameters {
  /** Identifies the values among those of all models of the program. */
  id: number;
  /** All values, in the order of `parameterPlaces`. */
  values: SharedArrayBuffer;
}

/** A request to a thread to help compute a batch. */
export interface ForwardTask {
  config: DlrmConfig;
  parameters: SharedParameters;
  shape: StagedBatchShape;
  batch: SharedArrayBuffer;
  /** Whether the batch contains the bottom MLP's output instead of the dense features. */
  isBottomOutput: boolean;
  /** Whether to compile graphs that contain the parameters. */
  isFrozen: boolean;
  skipsZeros: boolean;
}

/** The shape of each weight and bias, and where it starts among the shared values, in values. */
export function parameterPlaces(config: DlrmConfig): { name: string; start: number; shape: number[] }[] {
  const { bottom, top } = denseLayers(config);
  let start = 0;
  return [...bottom, ...top]
    .flatMap(({ weight, bias, inputs, outputs }) => [
      { name: weight, shape: [outputs, inputs] },
      { name: bias, shape: [outputs] },
    ])
    .map(({ name, shape }) => {
      const place = { name, start, shape };
      start += shape.reduce((product, size) => product * size, 1);
      return place;
    });
}

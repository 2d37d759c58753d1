import { denseLayers, type DlrmConfig } from '../../../models/dlrm/config.js';
import type { StagedBatchShape } from './staged-batch.js';

/** Weights and biases in memory that threads share. */
export interface SharedParameters {
  /** Other values have another number, in all models of the program. */
  id: number;
  /** All values, in the order of `parameterPlaces`. */
  values: SharedArrayBuffer;
}

/** To a thread: help to compute a batch. */
export interface ForwardTask {
  config: DlrmConfig;
  parameters: SharedParameters;
  shape: StagedBatchShape;
  batch: SharedArrayBuffer;
  /** Whether the batch holds the bottom MLP's output, not the dense features. */
  isBottomOutput: boolean;
  skipsZeros: boolean;
}

/** Where each weight and bias begins among the shared values, in values, and its shape. */
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

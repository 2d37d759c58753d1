import { isDeepStrictEqual } from 'node:util';
import { denseLayers, type DlrmConfig } from '../../../models/dlrm/config.js';
import type { Feeds } from '../parameters.js';

/** Weights and biases in shared memory. */
export interface SharedParameters {
  /** Identifies the values among those of all models of the program. */
  id: number;
  /** All values, in the order of `parameterPlaces`. */
  values: SharedArrayBuffer;
}

/** Where a weight or a bias is among the shared values. */
interface ParameterPlace {
  name: string;
  /** In values. */
  start: number;
  shape: number[];
}

let lastId = 0;
// The models of a benchmark differ only in their tables: the threads keep what they made from the parameters of the last one.
let last: { places: ParameterPlace[]; parameters: SharedParameters } | undefined;

/** Copies the parameters to shared memory, unless those of the last model, which are there, are the same. */
export function shareParameters(config: DlrmConfig, feeds: Feeds): SharedParameters {
  const places = parameterPlaces(config);
  const dataOf = (name: string) => feeds[name]!.data as Float32Array;
  if (last && isDeepStrictEqual(places, last.places)) {
    const { parameters } = last;
    const isSame = places.every(({ name, start }) => {
      const data = dataOf(name);
      return bytesOf(data).equals(bytesOf(new Float32Array(parameters.values, 4 * start, data.length)));
    });
    if (isSame) return parameters;
  }
  const length = places.reduce((sum, { name }) => sum + dataOf(name).length, 0);
  const values = new Float32Array(new SharedArrayBuffer(4 * length));
  for (const { name, start } of places) values.set(dataOf(name), start);
  const parameters = { id: ++lastId, values: values.buffer };
  last = { places, parameters };
  return parameters;
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

/** The places of all weights and biases of a network. */
export function parameterPlaces(config: DlrmConfig): ParameterPlace[] {
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

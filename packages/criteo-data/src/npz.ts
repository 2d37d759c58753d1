/**
 * NumPy's npz files: read whole or array by array, and written.
 *
 * @module @ds/criteo-data/npz
 */
export {
  readNpz,
  writeNpz,
  type NpyData,
  type NpyDtype,
  type NpzArray,
  type NpzInput,
} from '@ds/tensor-files/npz';

/**
 * NumPy's npz files: read whole or array by array, and written.
 *
 * @module @ds/tensor-files/npz
 */
export { readNpz, type NpzArray } from './npz/read-npz.js';
export { writeNpz, type NpzInput } from './npz/write-npz.js';
export { openNpz, type NpzEntry, type NpzFile } from './npz/open-npz.js';
export { formatNpyHeader, type NpyData, type NpyDtype, type NpyHeader } from './npz/npy-format.js';

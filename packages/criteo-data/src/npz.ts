export { readNpz, type NpzArray } from './npz/read-npz.js';
export { writeNpz, type NpzInput } from './npz/write-npz.js';
export type { NpyData, NpyDtype } from './npz/npy-format.js';

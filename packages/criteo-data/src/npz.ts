export {
  readNpz,
  writeNpz,
  type NpyData,
  type NpyDtype,
  type NpzArray,
  type NpzInput,
} from '@ds/tensor-files/npz';

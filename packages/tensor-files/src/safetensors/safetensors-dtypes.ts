import { bytesOfTensor } from '../values/float-bytes.js';
import type { Tensor, TensorInPieces } from '../state-dict.js';
import { fileBytes, fileDtype, type FileDtype } from '../values/stored-values.js';
import type { SafetensorsInput } from './write-safetensors.js';

const dtypes: Readonly<Record<FileDtype, string>> = {
  float32: 'F32',
  float16: 'F16',
  bfloat16: 'BF16',
  int8: 'I8',
  uint8: 'U8',
  bool: 'BOOL',
  int16: 'I16',
  int32: 'I32',
  int64: 'I64',
};

/** The type of values of one of the format's dtypes, if values of that type are kept. */
export function dtypeOfSafetensors(dtype: string): FileDtype | undefined {
  return (Object.keys(dtypes) as FileDtype[]).find((known) => dtypes[known] === dtype);
}

/** A tensor as it is written: in float32, or in the type in which it was read. */
export function safetensorsInput(name: string, tensor: Tensor | TensorInPieces): SafetensorsInput {
  return {
    dtype: dtypes[fileDtype(tensor)],
    shape: tensor.shape,
    byteLength: fileBytes(tensor),
    bytes: bytesOfTensor(name, tensor),
  };
}

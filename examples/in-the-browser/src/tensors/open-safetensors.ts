import { isFloatTensor, readFloatTensor, readSafetensorsHeader } from '@ds/tensor-files/safetensors';
import { matrixOf, type FileTensor } from './tensor-file.js';

/**
 * The tensors of a safetensors file; only its header is read.
 *
 * @throws Error naming the file and what is wrong with it.
 */
export async function openSafetensors(file: File): Promise<FileTensor[]> {
  const source = {
    name: file.name,
    size: file.size,
    async readInto(target: Uint8Array, position: number) {
      target.set(new Uint8Array(await file.slice(position, position + target.length).arrayBuffer()));
    },
  };
  return [...(await readSafetensorsHeader(source))].map(([name, entry]) => {
    const { dtype, shape, start, byteLength } = entry;
    const matrix = matrixOf(shape);
    const isFloat = isFloatTensor(entry);
    return {
      ...matrix,
      ...(isFloat ? {} : { unfit: `its values are ${dtype}, not F32, F16, BF16 or F64` }),
      name,
      dtype,
      shape,
      valueBytes: byteLength === 0 ? 0 : byteLength / (matrix.rows * matrix.columns),
      start,
      columnMajor: false,
      read: () => readFloatTensor({ source, name, entry }),
    };
  });
}

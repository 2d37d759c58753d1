import { parse } from 'npyjs';
import { matrixOf, type FileTensor } from './tensor-file.js';

const valueSizes: Readonly<Record<string, number>> = { f2: 2, f4: 4, f8: 8 };

/**
 * The array of an npy file, which is read entirely.
 *
 * @throws Error naming the file and what is wrong with it.
 */
export async function openNpy(file: File): Promise<FileTensor[]> {
  const bytes = await file.arrayBuffer();
  const { data, dtype, shape, fortranOrder } = parsed(file.name, bytes);
  const valueBytes = valueSizes[dtype];
  if (!valueBytes) {
    throw new Error(`${file.name}: expected values of float16, float32 or float64, found ${dtype}`);
  }
  const values = shape.reduce((product, size) => product * size, 1);
  if (data.length !== values) {
    throw new Error(
      `${file.name}: expected ${values} values for the shape (${shape.join(', ')}), found ${data.length}`,
    );
  }
  const { rows, columns, unfit } = matrixOf(shape);
  const columnMajor = fortranOrder && rows > 1;
  if (unfit) throw new Error(`${file.name}: the array has the shape (${shape.join(', ')}): ${unfit}`);
  const name = file.name.replace(/\.npy$/i, '');
  return [
    {
      ...{ name, dtype: `float${8 * valueBytes}`, shape, rows, columns, valueBytes, columnMajor },
      start: bytes.byteLength - values * valueBytes,
      read: async () => (columnMajor ? rowByRow(data, rows, columns) : new Float32Array(data)),
    },
  ];
}

/** The row-major values of a column-major matrix. */
function rowByRow(data: Float32Array | Float64Array, rows: number, columns: number): Float32Array {
  const values = new Float32Array(rows * columns);
  for (let row = 0, i = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) values[i++] = data[column * rows + row]!;
  }
  return values;
}

function parsed(name: string, bytes: ArrayBuffer) {
  try {
    const array = parse(bytes);
    return { ...array, data: array.data as unknown as Float32Array | Float64Array };
  } catch (error) {
    throw new Error(`${name}: expected an npy file of floats: ${(error as Error).message}`, { cause: error });
  }
}

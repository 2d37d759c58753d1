/** One tensor of a file, as a matrix. */
export interface FileTensor {
  name: string;
  /** The element type as the file calls it. */
  dtype: string;
  shape: readonly number[];
  /** The shape without dimensions of one; a vector is one row. */
  rows: number;
  columns: number;
  /** Bytes of one value. */
  valueBytes: number;
  /** Where its first value is in the file, in bytes. */
  start: number;
  /** True where the file holds it column by column. */
  columnMajor: boolean;
  /** Why it cannot be pruned; undefined where it can. */
  unfit?: string;
  /** Reads the values, row by row. */
  read(): Promise<Float32Array>;
}

/** A file whose tensors can be pruned. */
export interface TensorFile {
  file: File;
  tensors: FileTensor[];
}

/** Bytes that a tensor takes in its file. */
export function byteLengthOf({ rows, columns, valueBytes }: Omit<FileTensor, 'read'>): number {
  return rows * columns * valueBytes;
}

/** Rows and columns of a shape without its dimensions of one, or why there are none. */
export function matrixOf(shape: readonly number[]): { rows: number; columns: number; unfit?: string } {
  const sizes = shape.filter((size) => size !== 1);
  const columns = sizes.at(-1) ?? 1;
  const rows = sizes.slice(0, -1).reduce((product, size) => product * size, 1);
  if (rows * columns === 0) return { rows, columns, unfit: 'it is empty' };
  return sizes.length > 2 ? { rows, columns, unfit: 'it has more than two dimensions' } : { rows, columns };
}

/** One tensor of a file, as a matrix. */
export interface FileTensor {
  name: string;
  /** The name of the element type in the file. */
  dtype: string;
  shape: readonly number[];
  /** The shape without dimensions of size one; a vector is one row. */
  rows: number;
  columns: number;
  /** Bytes of one value. */
  valueBytes: number;
  /** Offset of its first value in the file, in bytes. */
  start: number;
  /** Whether the file stores it column by column. */
  columnMajor: boolean;
  /** Why it cannot be pruned; undefined if it can. */
  unfit?: string;
  /** Reads the values, row-major. */
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

/** Rows and columns of a shape without its dimensions of size one, or the reason why it is not a matrix. */
export function matrixOf(shape: readonly number[]): { rows: number; columns: number; unfit?: string } {
  const sizes = shape.filter((size) => size !== 1);
  const columns = sizes.at(-1) ?? 1;
  const rows = sizes.slice(0, -1).reduce((product, size) => product * size, 1);
  if (rows * columns === 0) return { rows, columns, unfit: 'it is empty' };
  return sizes.length > 2 ? { rows, columns, unfit: 'it has more than two dimensions' } : { rows, columns };
}

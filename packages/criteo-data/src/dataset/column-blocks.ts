/** Consecutive rows of one column. */
export interface ColumnBlock {
  column: number;
  /** The first row. */
  row: number;
  /** A value for each row; valid until the next block is requested. */
  values: Int32Array;
}

/** The shape of a matrix in a file. */
export interface MatrixLayout {
  rows: number;
  columns: number;
  /** Whether a column's values lie one after another, as opposed to a row's. */
  fortranOrder: boolean;
}

/**
 * Cuts a matrix, read in chunks in the order of the file, into blocks of columns.
 *
 * @param limits the largest value of each column
 * @param fail makes the error for a value that is not a whole number from 0 to its column's limit
 */
export async function* columnBlocks(
  chunks: AsyncIterable<Int32Array | Float64Array>,
  layout: MatrixLayout,
  limits: Int32Array,
  fail: (place: { row: number; column: number; found: number }) => Error,
): AsyncGenerator<ColumnBlock> {
  let scratch = new Int32Array(0);
  let position = 0;
  for await (const chunk of chunks) {
    if (scratch.length < chunk.length) scratch = new Int32Array(chunk.length);
    for (const { column, row, first, stride, count } of runs(position, chunk.length, layout)) {
      const limit = limits[column]!;
      for (let i = 0, at = first; i < count; i++, at += stride) {
        const value = chunk[at]!;
        if (!(value >= 0 && value <= limit && (value | 0) === value)) {
          throw fail({ row: row + i, column, found: value });
        }
        scratch[i] = value;
      }
      yield { column, row, values: scratch.subarray(0, count) };
    }
    position += chunk.length;
  }
}

/** The parts of a chunk that are consecutive rows of one column, `stride` values apart from `first` on. */
function* runs(
  position: number,
  length: number,
  { rows, columns, fortranOrder }: MatrixLayout,
): Generator<{ column: number; row: number; first: number; stride: number; count: number }> {
  if (fortranOrder) {
    for (let first = 0; first < length;) {
      const row = (position + first) % rows;
      const count = Math.min(rows - row, length - first);
      yield { column: Math.floor((position + first) / rows), row, first, stride: 1, count };
      first += count;
    }
    return;
  }
  for (let first = 0; first < Math.min(columns, length); first++) {
    yield {
      column: (position + first) % columns,
      row: Math.floor((position + first) / columns),
      first,
      stride: columns,
      count: Math.ceil((length - first) / columns),
    };
  }
}

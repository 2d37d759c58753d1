/**
 * The sizes of a table of shape (rows, dim).
 *
 * @throws RangeError if shape, data and mask do not match.
 */
export function checkedTableShape(
  { data, shape }: { data: Float32Array; shape: readonly number[] },
  mask?: Uint8Array,
): [rows: number, dim: number] {
  const [rows, dim] = shape;
  if (!isTableShape(shape) || rows === undefined || dim === undefined || rows * dim !== data.length) {
    throw new RangeError(
      `expected a table of shape (rows, dim), found shape (${shape.join(', ')}) with ${data.length} values`,
    );
  }
  checkMask(mask, data.length);
  return [rows, dim];
}

/** @throws RangeError if there is a mask that does not have one entry for each of `values` values. */
export function checkMask(mask: Uint8Array | undefined, values: number): void {
  if (mask && mask.length !== values) {
    throw new RangeError(`expected a mask of ${values} entries, one per value, found ${mask.length}`);
  }
}

/** @throws RangeError naming the first invalid size. */
export function checkTableSizes(sizes: { rows: number; dim: number; blockWidth: number }): void {
  for (const name of ['rows', 'dim', 'blockWidth'] as const) {
    const smallest = name === 'blockWidth' ? 1 : 0;
    if (!isSize(sizes[name]) || sizes[name] < smallest) {
      throw new RangeError(
        `a sparse table: expected ${name} to be a whole number of at least ${smallest}, found ${sizes[name]}`,
      );
    }
  }
}

function isTableShape(shape: readonly number[]): boolean {
  return shape.length === 2 && shape.every(isSize);
}

function isSize(size: number): boolean {
  return Number.isSafeInteger(size) && size >= 0;
}

/**
 * The sizes of a table of shape (rows, dim).
 *
 * @throws RangeError when shape, data and mask do not fit together.
 */
export function checkedTableShape(
  { data, shape }: { data: Float32Array; shape: readonly number[] },
  mask?: Uint8Array,
): [rows: number, dim: number] {
  const [rows, dim] = shape;
  if (shape.length !== 2 || rows === undefined || dim === undefined || rows * dim !== data.length) {
    throw new RangeError(
      `expected a table of shape (rows, dim), found shape (${shape.join(', ')}) with ${data.length} values`,
    );
  }
  if (mask && mask.length !== data.length) {
    throw new RangeError(`expected a mask of ${data.length} entries, one per value, found ${mask.length}`);
  }
  return [rows, dim];
}

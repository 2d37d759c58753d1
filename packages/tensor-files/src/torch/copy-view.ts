/** Whether a view is its whole storage, in order. */
export function isWhole(
  { offset, shape, strides }: { offset: number; shape: readonly number[]; strides: readonly number[] },
  storageLength: number,
): boolean {
  let length = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    // The stride of a dimension of length 1 is irrelevant.
    if (shape[axis] !== 1 && strides[axis] !== length) return false;
    length *= shape[axis]!;
  }
  return offset === 0 && length === storageLength;
}

/** Copies a strided view of `source` into `target`, in C order. */
export function copyView(
  source: Float32Array,
  view: { offset: number; shape: readonly number[]; strides: readonly number[] },
  target: Float32Array,
): void {
  if (target.length === 0) return;
  const { shape, strides } = mergedAxes(view);
  const lastAxis = shape.length - 1;
  const rowLength = shape[lastAxis] ?? 1;
  const step = strides[lastAxis] ?? 1;
  const index = shape.map(() => 0);
  let from = view.offset;
  for (let to = 0; to < target.length; to += rowLength) {
    if (step === 1 && rowLength >= longRow) target.set(source.subarray(from, from + rowLength), to);
    else for (let i = 0; i < rowLength; i++) target[to + i] = source[from + i * step]!;
    // Advance to the next row by counting up the other indices like the digits of a number.
    for (let axis = lastAxis - 1; axis >= 0; axis--) {
      from += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      from -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
}

// For shorter rows, a loop is faster than a view of the row.
const longRow = 32;

/** The same elements in the same order with as few axes as possible, so that the time does not depend on their number. */
function mergedAxes({ shape, strides }: { shape: readonly number[]; strides: readonly number[] }): {
  shape: number[];
  strides: number[];
} {
  const merged = { shape: [] as number[], strides: [] as number[] };
  for (const [axis, size] of shape.entries()) {
    if (size === 1) continue;
    const stride = strides[axis]!;
    const last = merged.shape.length - 1;
    if (last >= 0 && merged.strides[last] === stride * size) {
      merged.shape[last]! *= size;
      merged.strides[last] = stride;
    } else {
      merged.shape.push(size);
      merged.strides.push(stride);
    }
  }
  return merged;
}

/** The bytes of a strided view of elements of `size` bytes, the last index fastest. */
export function bytesOfView(
  source: Uint8Array,
  { offset, shape, strides }: { offset: number; shape: readonly number[]; strides: readonly number[] },
  size: number,
): Uint8Array {
  const length = shape.reduce((product, side) => product * side, 1);
  const bytes = new Uint8Array(length * size);
  for (let to = 0; to < length; to++) {
    let from = offset;
    for (let axis = shape.length - 1, rest = to; axis >= 0; axis--) {
      from += (rest % shape[axis]!) * strides[axis]!;
      rest = Math.floor(rest / shape[axis]!);
    }
    bytes.set(source.subarray(from * size, (from + 1) * size), to * size);
  }
  return bytes;
}

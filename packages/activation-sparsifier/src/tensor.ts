/** The input of a layer: values with dimensions, with the examples of a batch along the first one. */
export interface Tensor {
  /** The values, row-major. */
  data: Float32Array;
  /** Its dimensions; their product is `data.length`. */
  shape: readonly number[];
}

/** @throws Error, starting with `what`, if it is not a tensor, or if shape and data do not match. */
export function checkTensor(what: string, tensor: unknown): asserts tensor is Tensor {
  const { data, shape } = (tensor ?? {}) as Partial<Tensor>;
  // By its tag, because a page, a worker and a test each have their own Float32Array.
  const isFloat32 = Object.prototype.toString.call(data) === '[object Float32Array]';
  const isShape = Array.isArray(shape) && shape.every((size) => Number.isSafeInteger(size) && size >= 0);
  if (!isFloat32 || !isShape) {
    throw new Error(
      `${what}: expected a tensor { data: Float32Array, shape: number[] }, found ${typeOf(tensor)}`,
    );
  }
  const values = valuesOf(shape);
  if (values !== data!.length) {
    throw new Error(`${what}: shape ${shapeText(shape)} takes ${values} values, found ${data!.length}`);
  }
}

/** The number of values of a shape. */
export function valuesOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** A shape in messages, such as (16, 367). */
export function shapeText(shape: readonly number[]): string {
  return `(${shape.join(', ')})`;
}

export function isSameShape(one: readonly number[], other: readonly number[]): boolean {
  return one.length === other.length && one.every((size, dim) => size === other[dim]);
}

/** A tensor of the given shape with all values equal to `value`. */
export function filled(shape: readonly number[], value: number): Tensor {
  const data = new Float32Array(valuesOf(shape));
  if (value !== 0) data.fill(value);
  return { data, shape: [...shape] };
}

export function copyTensor({ data, shape }: Tensor): Tensor {
  return { data: Float32Array.from(data), shape: [...shape] };
}

function typeOf(value: unknown): string {
  if (value === null || typeof value !== 'object') return `${typeof value} ${String(value)}`;
  const { data, shape } = value as Partial<Tensor>;
  return `{ data: ${Object.prototype.toString.call(data).slice(8, -1)}, shape: ${JSON.stringify(shape)} }`;
}

/** Values with dimensions, as a layer of a model takes them: the examples of a batch along the first dimension. */
export interface Tensor {
  /** The values, row-major. */
  data: Float32Array;
  /** Its dimensions; their product is `data.length`. */
  shape: readonly number[];
}

/** @throws Error saying `what` it is when it is no tensor, or when shape and data do not fit together. */
export function checkTensor(what: string, tensor: unknown): asserts tensor is Tensor {
  const { data, shape } = (tensor ?? {}) as Partial<Tensor>;
  // By its tag: a page, a worker and a test each have a Float32Array of their own.
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

/** A shape as messages show it, such as (16, 367). */
export function shapeText(shape: readonly number[]): string {
  return `(${shape.join(', ')})`;
}

export function isSameShape(one: readonly number[], other: readonly number[]): boolean {
  return one.length === other.length && one.every((size, dim) => size === other[dim]);
}

/** A tensor of a shape, each value of it `value`. */
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

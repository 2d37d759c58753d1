/** A table of float32 values, held by reference: changes in `data` are changes of the table. */
export interface Table {
  /** The values, row-major. */
  data: Float32Array;
  /** Its dimensions; their product is `data.length`. */
  shape: readonly number[];
}

/** @throws Error naming the table if shape and data do not match. */
export function checkTable(name: string, { data, shape }: Table): void {
  if (!(data instanceof Float32Array)) {
    throw new Error(`table "${name}": expected its data as a Float32Array, found ${typeName(data)}`);
  }
  const isShape = Array.isArray(shape) && shape.every((size) => Number.isSafeInteger(size) && size >= 0);
  if (!isShape) {
    throw new Error(`table "${name}": expected a shape of whole numbers, found ${JSON.stringify(shape)}`);
  }
  const values = shape.reduce((product, size) => product * size, 1);
  if (values !== data.length) {
    throw new Error(
      `table "${name}": shape [${shape.join(', ')}] takes ${values} values, found ${data.length} in its data`,
    );
  }
}

function typeName(value: unknown): string {
  return value === null || typeof value !== 'object' ? String(value) : value.constructor.name;
}

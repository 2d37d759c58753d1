import { checkTable, type Table } from '../table.js';

/**
 * A tensor of TensorFlow.js, as a structural type, so that TensorFlow.js need not be imported. A `tf.Tensor` and a
 * `tf.Variable` fit, and so does the value of a `LayerVariable`.
 */
export interface TensorLike {
  /** Sizes of its dimensions. */
  readonly shape: readonly number[];
  /** Must be float32. */
  readonly dtype: string;
  /** Its values, row-major. */
  dataSync(): unknown;
}

/** A weight of a TensorFlow.js layer (one of its `weights`), whose `read` returns the variable that it holds. */
export interface LayerVariableLike {
  /** The variable that it holds. */
  read(): TensorLike;
  /** Sets its value. */
  write(value: never): unknown;
}

/** Data that can be sparsified. */
export type SparsifiableData = Table | TensorLike | LayerVariableLike;

/** What a `tf.Variable` has in addition to a tensor. */
interface VariableLike extends TensorLike {
  assign(value: unknown): void;
  bufferSync(): { values: unknown; toTensor(): { dispose(): void } };
}

/** Reads and writes the values of one name. */
export interface DataSource {
  readonly shape: readonly number[];
  /** The current values: the table itself, or a tensor's values. */
  read(): Table;
  /** Sets the values to `data`; does nothing for a table, whose own array has already been written. */
  write(data: Float32Array): void;
}

/** @throws Error naming the data if it is neither a table nor a float32 tensor. */
export function dataSource(name: string, data: SparsifiableData): DataSource {
  if (isObject(data) && 'read' in data) return tensorSource(name, data.read());
  if (isObject(data) && 'dataSync' in data) return tensorSource(name, data);
  if (!isObject(data) || !('data' in data)) {
    throw new Error(`data "${name}": expected a table { data, shape } or a tensor, found ${String(data)}`);
  }
  checkTable(name, data);
  return { shape: data.shape, read: () => data, write: () => undefined };
}

function tensorSource(name: string, tensor: TensorLike): DataSource {
  if (tensor.dtype !== 'float32') {
    throw new Error(`data "${name}": expected a float32 tensor, found ${tensor.dtype}`);
  }
  // A tensor is immutable, so the pruned values are kept here once its mask is squashed.
  let pruned: Table | undefined;
  return {
    shape: tensor.shape,
    read() {
      if (pruned) return pruned;
      // A backend may return its own memory, which must not be written to.
      const table = { data: Float32Array.from(tensor.dataSync() as Float32Array), shape: tensor.shape };
      checkTable(name, table);
      return table;
    },
    write(data) {
      if (isVariable(tensor)) assign(tensor, data);
      else pruned = { data, shape: tensor.shape };
    },
  };
}

function assign(variable: VariableLike, data: Float32Array): void {
  const buffer = variable.bufferSync();
  buffer.values = data;
  const value = buffer.toTensor();
  variable.assign(value);
  value.dispose();
}

function isVariable(tensor: TensorLike): tensor is VariableLike {
  return 'assign' in tensor && 'bufferSync' in tensor;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

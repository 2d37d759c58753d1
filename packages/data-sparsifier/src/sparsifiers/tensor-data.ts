import { checkTable, type Table } from '../table.js';

/**
 * A tensor of TensorFlow.js, by its shape only: nothing of TensorFlow.js is imported. A `tf.Tensor` and a
 * `tf.Variable` fit, and what the `LayerVariable` of a layer's weights reads.
 */
export interface TensorLike {
  /** Sizes of its dimensions. */
  readonly shape: readonly number[];
  /** Must be float32. */
  readonly dtype: string;
  /** Its values, row-major. */
  dataSync(): unknown;
}

/** A weight of a layer of TensorFlow.js (one of its `weights`), whose `read` gives the variable that it holds. */
export interface LayerVariableLike {
  /** The variable that it holds. */
  read(): TensorLike;
  /** Makes a tensor its value. */
  write(value: never): unknown;
}

/** What can be sparsified. */
export type SparsifiableData = Table | TensorLike | LayerVariableLike;

/** What a `tf.Variable` has beside a tensor. */
interface VariableLike extends TensorLike {
  assign(value: unknown): void;
  bufferSync(): { values: unknown; toTensor(): { dispose(): void } };
}

/** Where a sparsifier reads the values of one name, and writes them back to. */
export interface DataSource {
  readonly shape: readonly number[];
  /** The values as they are now: the table itself, or a tensor's values. */
  read(): Table;
  /** Makes `data` the values; a table's own array is then already written. */
  write(data: Float32Array): void;
}

/** @throws Error naming the data when it is neither a table nor a float32 tensor. */
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
  // A tensor cannot be changed, so once its mask is squashed the pruned values live here.
  let pruned: Table | undefined;
  return {
    shape: tensor.shape,
    read() {
      if (pruned) return pruned;
      // A backend may hand out its own memory, which nobody may write to.
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

import type * as OnnxRuntime from 'onnxruntime-node';
import { tableName } from '../../config.js';
import { DenseTable } from '../../table.js';
import type { NetworkInput } from '../engine.js';
import type { GatherPlace } from './dlrm-graphs.js';

/** onnxruntime-node reads a table in place if it is one plain array; it refuses a SharedArrayBuffer. */
export function gatherPlace({ tables }: Pick<NetworkInput, 'tables'>): GatherPlace {
  const inGraph = tables.every(
    (table) => table instanceof DenseTable && !(table.data.buffer instanceof SharedArrayBuffer),
  );
  return inGraph ? 'graph' : 'host';
}

/** The ids and the tables, for a graph that gathers the rows. */
export function tableFeeds(
  { Tensor }: typeof OnnxRuntime,
  { size, ids, tables }: Pick<NetworkInput, 'size' | 'ids' | 'tables'>,
): Record<string, OnnxRuntime.Tensor> {
  const feeds: Record<string, OnnxRuntime.Tensor> = { ids: new Tensor('int32', ids, [size, tables.length]) };
  tables.forEach((table, index) => {
    const { data, rows, dim } = table as DenseTable;
    feeds[tableName(index)] = new Tensor('float32', data, [rows, dim]);
  });
  return feeds;
}

import { DataNormSparsifier, SparseTable } from '@ds/data-sparsifier';

/**
 * Prunes tables of a state dict in place.
 *
 * @returns for each table its name, shape, number of values, number of zeros, and its bytes as a SparseTable
 */
export function pruneTables(tables, options) {
  const sparsifier = new DataNormSparsifier({ ...options, dataList: Object.entries(tables) });
  sparsifier.step();
  sparsifier.squashMask();
  const blockWidth = options.sparseBlockShape[1];
  return Object.entries(tables).map(([name, table]) => ({
    name,
    shape: table.shape,
    values: table.data.length,
    zeros: table.data.reduce((zeros, value) => zeros + Number(value === 0), 0),
    sparseBytes: SparseTable.fromDense({ table, blockWidth }).byteLength,
  }));
}

import type { Table } from '@ds/data-sparsifier';
import type { TableImportance } from '@ds/table-compression';

/** Lookups and a curvature for each table, different in every row and column, the curvature positive definite. */
export function someImportance(tables: Readonly<Record<string, Table>>): Record<string, TableImportance> {
  return Object.fromEntries(
    Object.entries(tables).map(([name, { shape }], table) => {
      const [rows, dim] = shape as [number, number];
      const accesses = Float64Array.from({ length: rows }, (_, row) => (row * 7 + table) % 11);
      const curvature = Float64Array.from({ length: dim * dim }, (_, at) => {
        const [i, j] = [Math.floor(at / dim), at % dim];
        return (i === j ? 1 + i / 4 : 0.1 / (1 + Math.abs(i - j))) * (1 + table / 26);
      });
      return [name, { accesses, curvature }];
    }),
  );
}

import type { Table } from '@ds/data-sparsifier';
import type { StateDict } from '@ds/tensor-files';

/** Copies of tables whose values are multiplied by weights, so that ranking by norm ranks by importance. */
export function scaledTables(
  tables: StateDict,
  scaleOf: (name: string, dim: number) => (at: number) => number,
): Record<string, Table> {
  return Object.fromEntries(
    Object.entries(tables).map(([name, { data, shape }]) => {
      const scale = scaleOf(name, shape.at(-1)!);
      const scaled = new Float32Array(data.length);
      for (let at = 0; at < data.length; at++) scaled[at] = data[at]! * scale(at);
      return [name, { data: scaled, shape }];
    }),
  );
}

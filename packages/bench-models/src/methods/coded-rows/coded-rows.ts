import { MixedPrecisionTable, roundRows, type RowBits, type Rounding } from '@ds/data-sparsifier';
import { CodedTables } from '../tables/coded-tables.js';
import { importanceOf } from '../tables/importance-of.js';
import type { Method } from '../method.js';
import { requireDistinct } from '../grid/require-distinct.js';
import { allBits, parseBits } from './bits.js';

const names: Record<Rounding, string> = {
  nearest: 'all rows, nearest codes',
  greedy: 'all rows, greedy range',
  curvature: 'all rows, rounded by curvature',
};

/**
 * Stores every row in 8, 4 or 2 bits per value, with its own scale and minimum (FBGEMM's fused rows). Codes are the nearest
 * ones as in FBGEMM, the nearest ones within PyTorch's greedily narrowed range, or chosen with errors carried through the
 * curvature of the loss (GPTQ).
 */
export function codedRows(rounding: Rounding): Method {
  const method = `rows-${rounding}`;
  return {
    id: method,
    label: names[rounding].replace(/^a/, 'A'),
    fields: ['method', 'bits'],
    stores: 'codes',
    needs: rounding === 'curvature' ? 'calibration' : 'tables',
    settings: [
      {
        name: 'bits',
        flag: '--bits <list>',
        description: 'bits per value for methods that store every row: 8, 4, 2',
        values: parseBits,
        byDefault: allBits,
        defaultText: allBits.join(','),
      },
    ],
    grid({ bits = allBits }: { bits?: readonly RowBits[] }) {
      requireDistinct('bits', bits);
      return [bits.map((ofPoint) => ({ method, bits: ofPoint }))];
    },
    async sweep(tables, points, context) {
      const curvatureOf = (name: string) =>
        rounding === 'curvature' ? importanceOf(context, method, name).curvature : undefined;
      return {
        points,
        tables: Object.fromEntries(Object.keys(tables).map((name) => [name, curvatureOf(name)])),
      };
    },
    compress: (stateDict, { tables }, { bits }) =>
      new CodedTables(Object.keys(tables), (name) => {
        const { data, shape } = stateDict[name]!;
        const [rows, dim] = shape as [number, number];
        const ofRow = bits as RowBits;
        const curvature = tables[name] as Float64Array | undefined;
        const packed = roundRows({
          values: data,
          dim,
          bits: ofRow,
          rounding,
          ...(curvature && { curvature }),
        });
        return MixedPrecisionTable.fromRows({
          shape: [rows, dim],
          bits: new Uint8Array(rows).fill(ofRow),
          rowsByBits: { [ofRow]: packed },
        });
      }),
    curve: () => ({ name: names[rounding], dashed: rounding === 'nearest' }),
    file: ({ bits }) => ({ folders: [method], name: `criteo_model_bits=${bits}` }),
  };
}

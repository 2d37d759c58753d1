import type { RankedBits } from './ranked-bits.js';
import { storedRowBits, type StoredRowBits } from './row-bits.js';
import type { RowIndex } from './row-index.js';
import type { PlacedBytes } from './placed-bytes.js';

const fields = [
  'rows',
  'dim',
  'indexKind',
  'bits',
  'ranks',
  'high',
  'low',
  'groupRanks',
  'blockRanks',
  'lowBits',
  'classes',
] as const;
const indexKinds: readonly RowIndex['kind'][] = ['all', 'none', 'bitmap', 'elias-fano'];
const mostClasses = storedRowBits.length;

/** The header that the kernel reads: sizes and byte offsets, 32 bits each, with space for all possible classes. */
export const mixedHeaderFields: readonly string[] = [
  ...fields,
  ...storedRowBits.flatMap((_, place) =>
    ['bits', 'rowBytes', 'rows'].map((name) => `${name}OfClass${place}`),
  ),
  ...storedRowBits.flatMap((_, place) => ['bits', 'ranks'].map((name) => `${name}After${place}`)),
];

/** The header of a table in a memory of the kernels. */
export function mixedHeader({
  rows,
  dim,
  index,
  classes,
  classBits,
}: {
  rows: number;
  dim: number;
  index: RowIndex;
  classes: readonly { bits: StoredRowBits; rowBytes: number; rows: PlacedBytes }[];
  classBits: readonly RankedBits[];
}): number[] {
  const values: Record<(typeof fields)[number], number> = {
    rows,
    dim,
    indexKind: indexKinds.indexOf(index.kind),
    bits: 0,
    ranks: 0,
    high: 0,
    low: 0,
    groupRanks: 0,
    blockRanks: 0,
    lowBits: 0,
    classes: classes.length,
  };
  if (index.kind === 'bitmap') {
    values.bits = index.bitmap.bits.offset;
    values.ranks = index.bitmap.ranks.offset;
  } else if (index.kind === 'elias-fano') {
    const { lowBits, high, low, groupRanks, blockRanks } = index.eliasFano;
    Object.assign(values, { lowBits, high: high.offset, low: low.offset, groupRanks: groupRanks.offset });
    values.blockRanks = blockRanks.length > 0 ? blockRanks.offset : 0;
  }
  const ofClasses = classes.flatMap(({ bits, rowBytes, rows: packed }) => [bits, rowBytes, packed.offset]);
  const ofClassBits = classBits.flatMap(({ bits, ranks }) => [bits.offset, ranks.offset]);
  return [
    ...fields.map((field) => values[field]),
    ...padded(ofClasses, 3 * mostClasses),
    ...padded(ofClassBits, 2 * mostClasses),
  ];
}

function padded(values: readonly number[], length: number): number[] {
  return [...values, ...new Array<number>(length - values.length).fill(0)];
}

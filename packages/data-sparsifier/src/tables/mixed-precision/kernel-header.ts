import type { RankedBits } from './row-index/ranked-bits.js';
import { rowKinds, type RowKind } from './row-kinds.js';
import type { RowIndex } from './row-index/row-index.js';
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
  'basis',
  'workspace',
] as const;
const fieldsOfClass = ['bits', 'rowBytes', 'rows', 'coefficients', 'expanded'] as const;
const fieldsOfClassBits = ['bits', 'ranks'] as const;
const indexKinds: readonly RowIndex['kind'][] = ['all', 'none', 'bitmap', 'elias-fano'];
const mostClasses = rowKinds.length;

/** The header that the kernel reads: sizes and byte offsets, 32 bits each, with space for all possible classes. */
export const mixedHeaderFields: readonly string[] = [
  ...fields,
  ...rowKinds.flatMap((_, place) => fieldsOfClass.map((name) => `${name}OfClass${place}`)),
  ...rowKinds.flatMap((_, place) => fieldsOfClassBits.map((name) => `${name}After${place}`)),
];

/** The description of a class of rows for the kernel. */
export interface ClassOfHeader {
  bits: RowKind;
  /** Bytes of a row; for a projected kind, its number of coefficients. */
  rowBytes: number;
  rows: PlacedBytes;
  /** Offset of the bits and steps of the coefficients. */
  coefficients: number;
  /** Offset of the scratch space in which the kernel expands the kind: `expandedKindBytes`. */
  expanded: number;
}

/** Bytes of an expanded kind: 16, then 8 for each coefficient, then a float32 row and one for each coefficient. */
export function expandedKindBytes(coefficients: number, dim: number): number {
  return 16 + 8 * coefficients + 4 * dim * (1 + coefficients);
}

/** The header of a table in the memory of the kernels. */
export function mixedHeader({
  rows,
  dim,
  index,
  classes,
  classBits,
  basis,
  workspace,
}: {
  rows: number;
  dim: number;
  index: RowIndex;
  classes: readonly ClassOfHeader[];
  classBits: readonly RankedBits[];
  /** Offset of the basis of projected rows; 0 if there is none. */
  basis: number;
  /** Offset of the scratch space of a gather. */
  workspace: number;
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
    basis,
    workspace,
  };
  if (index.kind === 'bitmap') {
    values.bits = index.bitmap.bits.offset;
    values.ranks = index.bitmap.ranks.offset;
  } else if (index.kind === 'elias-fano') {
    const { lowBits, high, low, groupRanks, blockRanks } = index.eliasFano;
    Object.assign(values, { lowBits, high: high.offset, low: low.offset, groupRanks: groupRanks.offset });
    values.blockRanks = blockRanks.length > 0 ? blockRanks.offset : 0;
  }
  const ofClasses = classes.flatMap(({ bits, rowBytes, rows: packed, coefficients, expanded }) => [
    bits,
    rowBytes,
    packed.offset,
    coefficients,
    expanded,
  ]);
  const ofClassBits = classBits.flatMap(({ bits, ranks }) => [bits.offset, ranks.offset]);
  return [
    ...fields.map((field) => values[field]),
    ...padded(ofClasses, fieldsOfClass.length * mostClasses),
    ...padded(ofClassBits, fieldsOfClassBits.length * mostClasses),
  ];
}

function padded(values: readonly number[], length: number): number[] {
  return [...values, ...new Array<number>(length - values.length).fill(0)];
}

import { isProjectedKind, projectedKinds, type MixedPrecisionParts } from '@ds/data-sparsifier';
import { parseSmallJson, shortly } from '../parse-small-json.js';
import type { SafetensorsEntry } from '../read-safetensors-header.js';

/** The key of the file's metadata under which its mixed-precision tables are described, as JSON. */
export const metadataKey = 'mixed_precision';

/** The description of a table in the metadata; everything else follows from its tensors. */
export interface MixedTableDescription {
  shape: readonly [rows: number, dim: number];
  /** The bits per value of each class of rows, or its projected kind, 128 the first, in the order of the class bits. */
  bits: readonly number[];
  index: MixedPrecisionParts['index']['kind'];
  /** Low bits of a row in Elias-Fano coding. */
  lowBits?: number;
  /** The projected kinds, 128 first. */
  projected?: readonly ProjectedDescription[];
}

/** The description of a projected kind in the metadata. */
interface ProjectedDescription {
  /** Bits of each coefficient. */
  coefficientBits: readonly number[];
  /** Number of rows of the kind, which need not end at a byte boundary. */
  rows: number;
}

/** A mixed-precision table of a file: its description, and the positions of its parts. */
export interface MixedTableEntries extends MixedTableDescription {
  name: string;
  parts: ReadonlyMap<string, { tensor: string; entry: SafetensorsEntry }>;
}

// Each row takes bits in the file, but nothing in the file backs the width of rows if none is stored.
const widestRow = 1 << 16;
const indexParts: Record<MixedTableDescription['index'], readonly string[]> = {
  all: [],
  none: [],
  bitmap: ['bits'],
  'elias-fano': ['high', 'low'],
};

/** The parts of a table: each is a tensor called `NAME.mixed.PART`. */
export function partNames({
  bits,
  index,
  projected = [],
}: Pick<MixedTableDescription, 'bits' | 'index' | 'projected'>): string[] {
  return [
    ...(projected.length > 0 ? ['basis'] : []),
    ...projected.map((_, place) => `steps${projectedKinds[place]}`),
    ...indexParts[index],
    ...bits.slice(1).map((_, place) => `classes${place}`),
    ...bits.map((ofClass) => `rows${ofClass}`),
  ];
}

/** The name of the tensor of a part. */
export function partTensor(table: string, part: string): string {
  return `${table}.mixed.${part}`;
}

/**
 * The mixed-precision tables of a safetensors file, from its header.
 *
 * @throws Error naming the file, and a table whose description is invalid, or a part that is missing, has another dtype, or
 *   is not described.
 */
export function mixedTables(
  file: string,
  entries: ReadonlyMap<string, SafetensorsEntry>,
  metadata: Readonly<Record<string, unknown>>,
): MixedTableEntries[] {
  const text = metadata[metadataKey];
  if (text === undefined) return [];
  let described: unknown;
  try {
    described = parseSmallJson(new TextEncoder().encode(String(text)), { deepest: 5, bytesPerPart: 12 });
  } catch (error) {
    throw new Error(`${file}: metadata ${metadataKey}: is ${(error as Error).message}`, { cause: error });
  }
  if (!isObject(described)) throw new Error(`${file}: metadata ${metadataKey}: expected an object of tables`);
  const tables = Object.entries(described).map(([name, value]) => {
    const description = checkedDescription(value, (message) => {
      return new Error(`${file}: metadata ${metadataKey}: ${name}: ${message}`);
    });
    const wanted = partNames(description);
    const parts = new Map(
      wanted.map((part) => {
        const tensor = partTensor(name, part);
        const entry = entries.get(tensor);
        if (!entry) throw new Error(`${file}: ${tensor}: is missing from a mixed-precision table`);
        if (entry.dtype !== 'U8') throw new Error(`${file}: ${tensor}: expected U8, found ${entry.dtype}`);
        return [part, { tensor, entry }] as const;
      }),
    );
    return { name, ...description, parts };
  });
  checkNoOthers(file, entries, tables);
  return tables;
}

/** @throws Error naming a tensor with the name of a part that its table, as described, does not have. */
function checkNoOthers(
  file: string,
  entries: ReadonlyMap<string, SafetensorsEntry>,
  tables: readonly MixedTableEntries[],
): void {
  const named = new Map(tables.map((table) => [table.name, table]));
  const separator = partTensor('', '');
  // Checked first: otherwise a name that consists of separators would cause a look-up for each of them.
  const lengths = new Set(tables.map(({ name }) => name.length));
  for (const tensor of entries.keys()) {
    for (let at = tensor.indexOf(separator); at >= 0; at = tensor.indexOf(separator, at + 1)) {
      const table = lengths.has(at) ? named.get(tensor.slice(0, at)) : undefined;
      if (table && !table.parts.has(tensor.slice(at + separator.length))) {
        throw new Error(`${file}: ${tensor}: is no part of the table as the metadata describes it`);
      }
    }
  }
}

function checkedDescription(value: unknown, fail: (message: string) => Error): MixedTableDescription {
  if (!isObject(value)) throw fail('expected an object');
  const { shape, bits, index, lowBits, projected } = value;
  if (!isWholeNumbers(shape) || shape.length !== 2) {
    throw fail(`expected a shape of rows and values in a row, found ${shortly(shape)}`);
  }
  if (shape[1]! < 1 || shape[1]! > widestRow) {
    throw fail(`expected 1 to ${widestRow} values in a row, found ${shape[1]}`);
  }
  if (!isWholeNumbers(bits) || new Set(bits).size !== bits.length) {
    throw fail(`expected the bits of each class of rows, found ${shortly(bits)}`);
  }
  if (typeof index !== 'string' || !Object.hasOwn(indexParts, index)) {
    throw fail(`expected the index ${Object.keys(indexParts).join(', ')}, found ${shortly(index)}`);
  }
  const [rows, dim] = shape as [number, number];
  if (projected !== undefined && !isProjected(projected)) {
    throw fail(
      `expected the coefficientBits and rows of 1 to ${projectedKinds.length} projected kinds, ` +
        `found ${shortly(projected)}`,
    );
  }
  const kinds = projected?.length ?? 0;
  const unknown = bits.find((own) => isProjectedKind(own) && own - projectedKinds[0] >= kinds);
  if (unknown !== undefined) throw fail(`expected ${kinds} projected kinds, found ${unknown}`);
  const description = {
    shape: [rows, dim] as const,
    bits,
    index: index as MixedTableDescription['index'],
    ...(projected ? { projected } : {}),
  };
  if (index !== 'elias-fano') return description;
  if (typeof lowBits !== 'number') throw fail(`expected a number of lowBits, found ${shortly(lowBits)}`);
  return { ...description, lowBits };
}

function isProjected(value: unknown): value is ProjectedDescription[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.length <= projectedKinds.length &&
    value.every(
      (kind) => isObject(kind) && isWholeNumbers(kind['coefficientBits']) && isWholeNumbers([kind['rows']]),
    )
  );
}

function isWholeNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

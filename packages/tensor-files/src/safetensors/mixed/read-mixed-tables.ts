import {
  isProjectedKind,
  MixedPrecisionTable,
  projectedKinds,
  type MixedPrecisionParts,
  type RowKind,
  type TableMemory,
} from '@ds/data-sparsifier';
import type { ByteSource } from '@ds/files';
import { bytesAt } from '../read-safetensors-header.js';
import { partTensor, type MixedTableEntries } from './mixed-layout.js';

/** Reads the parts of a mixed-precision table, as `saveMixedCheckpoint` wrote them; `openMixedTable` checks them. */
export async function readMixedTable(
  source: ByteSource,
  { shape, bits, index, lowBits, projected, parts }: MixedTableEntries,
): Promise<MixedPrecisionParts> {
  const bytes = async (part: string): Promise<Uint8Array> => {
    const { entry } = parts.get(part)!;
    const target = new Uint8Array(entry.byteLength);
    await bytesAt(source, entry).readInto(target);
    source.forget?.(entry.start, entry.start + entry.byteLength);
    return target;
  };
  const readIndex = async (): Promise<MixedPrecisionParts['index']> => {
    if (index === 'bitmap') return { kind: index, bits: await bytes('bits') };
    if (index !== 'elias-fano') return { kind: index };
    return { kind: index, lowBits: lowBits!, high: await bytes('high'), low: await bytes('low') };
  };
  const readIndexParts = await readIndex();
  const classBits: Uint8Array[] = [];
  for (const place of bits.slice(1).keys()) classBits.push(await bytes(`classes${place}`));
  const classes = [];
  for (const ofClass of bits) {
    const count = isProjectedKind(ofClass) ? { count: projected![ofClass - projectedKinds[0]]!.rows } : {};
    classes.push({ bits: ofClass as RowKind, rows: await bytes(`rows${ofClass}`), ...count });
  }
  if (!projected) return { shape, index: readIndexParts, classes, classBits };
  const kinds = [];
  for (const [place, { coefficientBits }] of projected.entries()) {
    kinds.push({ coefficientBits, steps: await bytes(`steps${projectedKinds[place]}`) });
  }
  const projection = { basis: await bytes('basis'), kinds };
  return { shape, index: readIndexParts, classes, classBits, projection };
}

/**
 * Builds the table from its parts.
 *
 * @throws Error naming the source, the table, and a part that is invalid or disagrees with the others.
 */
export function openMixedTable(
  source: Pick<ByteSource, 'name'>,
  name: string,
  parts: MixedPrecisionParts,
  options: { memory?: TableMemory | undefined } = {},
): MixedPrecisionTable {
  try {
    return MixedPrecisionTable.fromParts(parts, options);
  } catch (error) {
    throw new Error(`${source.name}: ${partTensor(name, (error as Error).message)}`, { cause: error });
  }
}

/** Bytes of the parts. */
export function partsBytes({ index, classes, classBits, projection }: MixedPrecisionParts): number {
  const ofIndex =
    index.kind === 'bitmap' ? [index.bits] : index.kind === 'elias-fano' ? [index.high, index.low] : [];
  const arrays = [...ofIndex, ...classBits, ...classes.map(({ rows }) => rows)];
  if (projection) arrays.push(projection.basis, ...projection.kinds.map(({ steps }) => steps));
  return arrays.reduce((sum, { length }) => sum + length, 0);
}

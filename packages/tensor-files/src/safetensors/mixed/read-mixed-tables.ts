import {
  MixedPrecisionTable,
  type MixedPrecisionParts,
  type StoredRowBits,
  type TableMemory,
} from '@ds/data-sparsifier';
import type { ByteSource } from '@ds/files';
import { bytesAt } from '../read-safetensors-header.js';
import { partTensor, type MixedTableEntries } from './mixed-layout.js';

/** Reads the parts of a mixed-precision table, as `saveMixedCheckpoint` wrote them; `openMixedTable` checks them. */
export async function readMixedTable(
  source: ByteSource,
  { shape, bits, index, lowBits, parts }: MixedTableEntries,
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
    classes.push({ bits: ofClass as StoredRowBits, rows: await bytes(`rows${ofClass}`) });
  }
  return { shape, index: readIndexParts, classes, classBits };
}

/**
 * The table of these parts.
 *
 * @throws Error naming the source, the table and the part that is no such part or disagrees with the others.
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
export function partsBytes({ index, classes, classBits }: MixedPrecisionParts): number {
  const ofIndex =
    index.kind === 'bitmap' ? [index.bits] : index.kind === 'elias-fano' ? [index.high, index.low] : [];
  const arrays = [...ofIndex, ...classBits, ...classes.map(({ rows }) => rows)];
  return arrays.reduce((sum, { length }) => sum + length, 0);
}

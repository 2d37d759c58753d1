import { categoricalColumns, integerColumns } from '../criteo-columns.js';
import { mix, RandomStream } from '../random/random-stream.js';
import { ClickModel, firstRowStream, type RareIds } from './click-model.js';
import { categoryCounts } from './column-shapes.js';
import { drawRow } from './draw-row.js';

/** Rows per block; each block has its own stream of random numbers. */
export const rowsPerBlock = 4096;

/** Identifies a block of a data set. */
export interface BlockRequest {
  rows: number;
  seed: number;
  rareIds: RareIds;
  block: number;
}

// Label, 13 integers of at most 11 characters, 26 categories of 8, and what ends each of them.
const longestRow = 2 + integerColumns * 12 + categoricalColumns * 9;
const hexCodes = Uint8Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));

let model: { key: string; clicks: ClickModel; counts: number[] } | undefined;

/** The text of one block of rows, which depends only on the request. */
export function synthesizeBlock({ rows, seed, rareIds, block }: BlockRequest): Uint8Array<ArrayBuffer> {
  const key = `${rows} ${seed} ${rareIds}`;
  if (model?.key !== key) {
    model = { key, clicks: new ClickModel({ rows, seed, rareIds }), counts: categoryCounts(rows) };
  }
  const { clicks, counts } = model;
  const random = new RandomStream(seed, firstRowStream + block);
  const count = Math.min(rowsPerBlock, rows - block * rowsPerBlock);
  const text = new Uint8Array(count * longestRow);
  let at = 0;
  let row = drawRow(random, counts);
  for (let i = 0; i < count; i++) {
    if (i > 0) row = drawRow(random, counts, row);
    text[at++] = random.next() < clicks.probability(row) ? 0x31 : 0x30;
    for (const value of row.integers) {
      text[at++] = 0x09;
      if (!Number.isNaN(value)) at = writeDecimal(text, at, value);
    }
    for (let column = 0; column < categoricalColumns; column++) {
      text[at++] = 0x09;
      const rank = row.ranks[column]!;
      if (rank < 0) continue;
      // Distinct categories, because `mix` is injective.
      const category = mix((rank + Math.imul(column + 1, 0x9e3779b1)) >>> 0);
      for (let shift = 28; shift >= 0; shift -= 4) text[at++] = hexCodes[(category >>> shift) & 15]!;
    }
    text[at++] = 0x0a;
  }
  return text.slice(0, at);
}

function writeDecimal(text: Uint8Array, at: number, value: number): number {
  if (value < 0) text[at++] = 0x2d;
  const digits = String(Math.abs(value));
  for (let i = 0; i < digits.length; i++) text[at++] = digits.charCodeAt(i);
  return at;
}

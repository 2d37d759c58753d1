import { categoricalColumns, integerColumns } from '../criteo-columns.js';
import { allocate, bytesAt, criteoKernel, integersAt } from './criteo-kernel.js';
import { deflateArrays, type DeflatedParts } from './deflate/deflate-arrays.js';
import { findBadField, type BadField } from './bad-field.js';
import { readRange } from './lines/line-ranges.js';
import type { Lines } from './lines/read-lines.js';

/** Rows of a raw file. What stays to be done in the order of the file is one look-up for each distinct value. */
export interface ParsedPiece {
  rows: number;
  /**
   * The 26 columns one after another, each `rows` long: each category by a number of its own in this piece, in
   * order of first appearance.
   */
  numbers: Int32Array<ArrayBuffer>;
  /** The values behind the numbers, column after column: the hex digits as a 32-bit number, missing is 0. */
  distinct: Int32Array<ArrayBuffer>;
  /** How many of them each column has. */
  distinctCounts: number[];
  /** The integers, int32, shape (rows, 13), missing and negative as 0; and the labels, int32, shape (rows). */
  integersAndLabels: DeflatedParts;
}

const newline = 0x0a;
const smallestSlots = 256;
/** Bytes: a label, a tab after each field but the last, and a newline. */
const shortestRow = 1 + integerColumns + categoricalColumns + 1;

/** Parses rows `label \t I1..I13 \t C1..C26 \n` (data_utils.py, process_one_file); the last may be unended. */
export function parsePiece(lines: Lines): ParsedPiece | BadField {
  const kernel = criteoKernel();
  const { start, length, end } = placeText(lines, kernel.paddingBytes());
  const rows = kernel.countLines(start, end);
  // The arrays are sized by the text: lines shorter than any row would take up to 160 times theirs.
  if (rows > (end - start) / shortestRow) return findBadField(bytesAt(start, length));
  const integers = allocate(4 * rows * integerColumns);
  const labels = allocate(4 * rows);
  const categories = allocate(4 * rows * categoricalColumns);
  const separators = allocate(kernel.separatorBytes());
  if (!kernel.parseRows(start, end, rows, categories, integers, labels, separators)) {
    return findBadField(bytesAt(start, length));
  }

  const slots = allocate(8 * Math.max(smallestSlots, 2 ** Math.ceil(Math.log2(4 * rows))));
  const distinct = allocate(4 * rows * categoricalColumns);
  let size = 0;
  const distinctCounts = Array.from({ length: categoricalColumns }, (_, column) => {
    const count = kernel.numberValues(categories + 4 * rows * column, rows, distinct + 4 * size, slots);
    size += count;
    return count;
  });
  const tokens = allocate(2 * 4 * rows * integerColumns + 16);
  const arrays = [
    { address: integers, count: rows * integerColumns },
    { address: labels, count: rows },
  ];
  const integersAndLabels = deflateArrays(
    arrays.map(({ count }) => 4 * count),
    (array, output) => {
      const { address, count } = arrays[array]!;
      return { address, compressedSize: kernel.deflateIntegers(address, count, tokens, output) };
    },
  );
  return {
    rows,
    numbers: integersAt(categories, rows * categoricalColumns).slice(),
    distinct: integersAt(distinct, size).slice(),
    distinctCounts,
    integersAndLabels,
  };
}

/** Puts the text, zeros behind it, into the kernel's memory, and ends its last line; `length` is what it was before. */
function placeText(lines: Lines, padding: number): { start: number; length: number; end: number } {
  const length = 'text' in lines ? lines.text.length : lines.length;
  const start = allocate(length + 1 + padding);
  const text = bytesAt(start, length + 1 + padding);
  if ('text' in lines) text.set(lines.text);
  else readRange(lines, text.subarray(0, length));
  text.fill(0, length);
  const isEnded = text[length - 1] === newline;
  if (!isEnded) text[length] = newline;
  return { start, length, end: start + length + (isEnded ? 0 : 1) };
}

import { criteoForm, widthsOf, type RowForm } from '../../raw/rows/row-form.js';
import { allocate, bytesAt, criteoKernel, integersAt } from '../criteo-kernel.js';
import { deflateArrays, type DeflatedParts } from '../deflate/deflate-arrays.js';
import { findBadField, type BadField } from '../bad-field.js';
import { readRange } from '../lines/line-ranges.js';
import type { Lines } from '../lines/read-lines.js';
import { parseColumns } from './parse-columns.js';
import { isLeftOut } from '../sample-rows.js';

/** Parsed rows of a raw file. Only one lookup for each distinct value remains to be done in the order of the file. */
export interface ParsedPiece {
  /** Rows of the text. */
  lines: number;
  /** Rows that were not dropped. */
  rows: number;
  /** A bit for each row of the text, least significant first: whether it was kept. Undefined if all were kept. */
  kept?: Uint8Array<ArrayBuffer> | undefined;
  /**
   * The categorical columns one after another, each `rows` long: categories are numbered within this piece, in order of
   * first appearance.
   */
  numbers: Int32Array<ArrayBuffer>;
  /** The values behind the numbers, column after column, as 32-bit numbers; missing is 0. */
  distinct: Int32Array<ArrayBuffer>;
  /** The number of distinct values in each column. */
  distinctCounts: number[];
  /** The integers, int32, shape (rows, integer columns), missing and negative as 0; and the labels, int32, shape (rows). */
  integersAndLabels: DeflatedParts;
}

/** The addresses of the parsed rows in the kernel's memory. */
interface PlacedRows {
  /** Rows of the text. */
  lines: number;
  /** Rows that are kept. */
  rows: number;
  /** Int32, shape (rows, integer columns). */
  integers: number;
  /** Int32, shape (rows). */
  labels: number;
  /** Int32, shape (categorical columns, rows). */
  categories: number;
}

const newline = 0x0a;
const smallestSlots = 256;

/** Parses rows, by default Criteo's `label \t I1..I13 \t C1..C26 \n` (data_utils.py, process_one_file); the last need not have a line ending. */
export function parsePiece({
  form = criteoForm({ hasLabel: true }),
  maxIndRange,
  sampling,
  ...lines
}: Lines): ParsedPiece | BadField {
  const kernel = criteoKernel();
  const placed = form.parser === 'criteo' ? placeCriteoRows(lines, form) : placeColumns(lines, form);
  if ('expected' in placed) return placed;
  const widths = widthsOf(form);
  const kept = sampling && leaveOut(placed, widths, sampling);
  const { rows, integers, labels, categories } = placed;
  if (maxIndRange !== undefined) takeModulo(integersAt(categories, rows * widths.categories), maxIndRange);

  const slots = allocate(8 * Math.max(smallestSlots, 2 ** Math.ceil(Math.log2(4 * rows))));
  const distinct = allocate(4 * rows * widths.categories);
  let size = 0;
  const distinctCounts = Array.from({ length: widths.categories }, (_, column) => {
    const count = kernel.numberValues(categories + 4 * rows * column, rows, distinct + 4 * size, slots);
    size += count;
    return count;
  });
  const tokens = allocate(2 * 4 * rows * widths.integers + 16);
  const arrays = [
    { address: integers, count: rows * widths.integers },
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
    lines: placed.lines,
    rows,
    kept,
    numbers: integersAt(categories, rows * widths.categories).slice(),
    distinct: integersAt(distinct, size).slice(),
    distinctCounts,
    integersAndLabels,
  };
}

/** Parses Criteo's rows in the kernel. */
function placeCriteoRows(lines: Lines, form: RowForm): PlacedRows | BadField {
  const kernel = criteoKernel();
  const text = placeText(lines, { padding: kernel.paddingBytes(), hasLabels: form.label !== undefined });
  const { start, end } = text;
  const bad = () => findBadField(text.original ?? bytesAt(start, text.length), form);
  const rows = kernel.countLines(start, end);
  const widths = widthsOf(form);
  // The arrays are sized by the text, because lines shorter than any row would take up to 160 times their size.
  const shortestRow = 1 + widths.integers + widths.categories + 1;
  if (rows > (end - start) / shortestRow) return bad();
  const integers = allocate(4 * rows * widths.integers);
  const labels = allocate(4 * rows);
  const categories = allocate(4 * rows * widths.categories);
  const separators = allocate(kernel.separatorBytes());
  if (!kernel.parseRows(start, end, rows, categories, integers, labels, separators)) return bad();
  return { lines: rows, rows, integers, labels, categories };
}

/** Parses rows of other columns, and copies their numbers to the kernel's memory. */
function placeColumns(lines: Lines, form: RowForm): PlacedRows | BadField {
  const parsed = parseColumns(textOf(lines), form);
  if ('expected' in parsed) return parsed;
  const place = (values: Int32Array) => {
    const address = allocate(values.byteLength);
    integersAt(address, values.length).set(values);
    return address;
  };
  const { rows, integers, labels, categories } = parsed;
  return {
    lines: rows,
    rows,
    integers: place(integers),
    labels: place(labels),
    categories: place(categories),
  };
}

/** Compacts the kept rows in place. Returns which rows were kept. */
function leaveOut(
  placed: PlacedRows,
  widths: { integers: number; categories: number },
  { firstRow, ...sampling }: NonNullable<Lines['sampling']>,
): Uint8Array<ArrayBuffer> {
  const { lines } = placed;
  const integers = integersAt(placed.integers, lines * widths.integers);
  const labels = integersAt(placed.labels, lines);
  const categories = integersAt(placed.categories, lines * widths.categories);
  const kept = new Uint8Array(Math.ceil(lines / 8));
  let rows = 0;
  for (let row = 0; row < lines; row++) {
    if (labels[row] === 0 && isLeftOut(firstRow + row, sampling)) continue;
    kept[row >> 3]! |= 1 << (row & 7);
    labels[rows] = labels[row]!;
    integers.copyWithin(rows * widths.integers, row * widths.integers, (row + 1) * widths.integers);
    for (let column = 0; column < widths.categories; column++) {
      categories[column * lines + rows] = categories[column * lines + row]!;
    }
    rows++;
  }
  for (let column = 0; column < widths.categories; column++) {
    categories.copyWithin(column * rows, column * lines, column * lines + rows);
  }
  placed.rows = rows;
  return kept;
}

/** data_utils.py takes the hex digits, a number without a sign, modulo `--max-ind-range`. */
function takeModulo(values: Int32Array, maxIndRange: number): void {
  for (let i = 0; i < values.length; i++) values[i] = (values[i]! >>> 0) % maxIndRange;
}

function textOf(lines: Lines): Uint8Array {
  if ('text' in lines) return lines.text;
  const text = new Uint8Array(lines.length);
  readRange(lines, text);
  return text;
}

/**
 * Copies the text to the kernel's memory, terminates its last line and appends zeros; `length` is the original length. Rows
 * without labels get one each, because the kernel requires labels; `original` is the text without them.
 */
function placeText(
  lines: Lines,
  { padding, hasLabels }: { padding: number; hasLabels: boolean },
): { start: number; length: number; end: number; original?: Uint8Array } {
  if (!hasLabels) {
    const original = textOf(lines);
    const labelled = withLabels(original);
    return { ...placeText({ text: labelled }, { padding, hasLabels: true }), original };
  }
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

/** The same lines, each with a label of 0 prepended. */
function withLabels(text: Uint8Array): Uint8Array<ArrayBuffer> {
  let lines = 0;
  for (let at = 0; at < text.length; lines++) at = text.indexOf(newline, at) + 1 || text.length;
  const labelled = new Uint8Array(text.length + 2 * lines);
  const label = Uint8Array.of(0x30, 0x09);
  let to = 0;
  for (let at = 0; at < text.length;) {
    const end = text.indexOf(newline, at) + 1 || text.length;
    labelled.set(label, to);
    labelled.set(text.subarray(at, end), to + label.length);
    to += label.length + end - at;
    at = end;
  }
  return labelled;
}

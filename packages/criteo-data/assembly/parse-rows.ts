// Parses raw rows to numbers, four fields at a time in vectors. Which fields are missing is unpredictable, so missing
// fields are handled without branches. Written in AssemblyScript; `npm run build:kernel` compiles it into
// ../src/preprocess/kernel-module.ts.

import { blockBytes, indexSeparators, newline, spareSeparators } from './index-separators';
import { categoricalColumns, parseCategories } from './parse-categories';
import { integerColumns, parseIntegers } from './parse-integers';

const fields: u32 = 1 + integerColumns + categoricalColumns;
const carriageReturn: u32 = 0x0d;
const zero: u32 = 0x30;

/** Bytes whose separators are indexed before their rows are parsed. */
const indexedBytes: u32 = blockBytes << 6;

/** Bytes of memory that `parseRows` needs for separators: those of a row that is not ended, and all new ones. */
export function separatorBytes(): u32 {
  return 4 * (1 + fields + indexedBytes + spareSeparators);
}

/**
 * Parses the rows between `text` and `end`, the last one ended by a newline too. `rows`: how many newlines there are;
 * `categories`: 26 columns of `rows` numbers of 32 bits; `integers`: (rows, 13); `labels`: (rows); `separators`: memory
 * of `separatorBytes`. Returns whether all are well formed.
 */
export function parseRows(
  text: usize,
  end: usize,
  rows: u32,
  categories: usize,
  integers: usize,
  labels: usize,
  separators: usize,
): bool {
  const columnBytes = (<usize>rows) << 2;
  // Where the row before ends, then where each field does.
  store<u32>(separators, <u32>text - 1);
  let indexed = separators + 4;
  for (let row: u32 = 0; row < rows;) {
    if (text >= end) return false;
    const indexedEnd = min<usize>(text + indexedBytes, end);
    indexed = indexSeparators(text, indexedEnd, indexed);
    text = indexedEnd;
    let separator = separators;
    for (; separator + 4 * fields < indexed && row < rows; separator += 4 * fields, row++) {
      if (!parseRow(separator, columnBytes, categories, integers, labels)) return false;
      categories += 4;
      integers += 4 * integerColumns;
      labels += 4;
    }
    memory.copy(separators, separator, indexed - separator);
    indexed -= separator - separators;
  }
  return true;
}

/**
 * Parses the fields between `separators`; the last one must be a newline. All the others are tabs: if one were a
 * newline, there would be too few for the other rows.
 */
function parseRow(
  separators: usize,
  columnBytes: usize,
  categories: usize,
  integers: usize,
  label: usize,
): bool {
  const start = load<u32>(separators) + 1;
  const labelValue = load<u8>(start) - zero;
  const end = load<u32>(separators, 4 * fields);
  if (labelValue > 1 || load<u32>(separators, 4) != start + 1 || load<u8>(end) != newline) return false;
  store<u32>(label, labelValue);
  if (!parseIntegers(separators + 4, integers)) return false;

  const rest = separators + 4 * (1 + integerColumns);
  if (load<u8>(end - 1) != carriageReturn) return parseCategories(rest, categories, columnBytes);
  // The line ends in \r\n.
  store<u32>(separators, end - 1, 4 * fields);
  const areGood = parseCategories(rest, categories, columnBytes);
  store<u32>(separators, end, 4 * fields);
  return areGood;
}

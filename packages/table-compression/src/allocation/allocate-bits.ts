import { mixedPrecisionBytes, type RowsOfBits } from '@ds/data-sparsifier';
import type { RowChoices } from './row-choices.js';

/** The bits of every row of every table, and what they come to. */
export interface Allocation {
  /** For each table (rows), as `MixedPrecisionTable.fromDense` takes them. */
  bits: Uint8Array<ArrayBuffer>[];
  /** Bytes of each table: its `byteLength`, with codes, scales and index. */
  bytes: number[];
}

// After these the price of a byte is known to a 2^50th of the range that is searched on a log scale.
const bisections = 50;
// The price is searched down to this share of the one at which no row is stored.
const leastShare = 1e-30;
// What finding a stored row takes, until it is known how many are stored.
const firstIndexBytes = 1;

/**
 * Chooses the bits of each row so that the sum of distortions is least within a number of bytes. At a price for a byte
 * each row takes the choice of the least distortion + price x bytes; bisection finds the lowest price at which all
 * tables fit (Y. Shoham and A. Gersho, "Efficient bit allocation for an arbitrary set of quantizers", 1988).
 *
 * @param tables the choices of each table
 * @param budget bytes that all tables may take together, at least 0
 */
export function allocateBits(tables: readonly RowChoices[], budget: number): Allocation {
  // What one more stored row adds to the index depends on how many are stored: the second search knows that nearly.
  const guess = tables.map(() => firstIndexBytes);
  const first = countsOf(tables, lowestPrice(tables, guess, budget), guess);
  const indexBytes = tables.map((table, index) => indexBytesOfOneMore(table, first[index]!));
  const price = lowestPrice(tables, indexBytes, budget);

  const counts = countsOf(tables, price, indexBytes);
  return {
    bits: tables.map((table, index) => bitsAtPrice(table, price, indexBytes[index]!)),
    bytes: tables.map((table, index) => bytesOf(table, counts[index]!)),
  };
}

/** The bits of each row of a table, (rows), at a price for a byte; a stored row takes `indexBytes` besides its own. */
export function bitsAtPrice(table: RowChoices, price: number, indexBytes: number): Uint8Array<ArrayBuffer> {
  const prices = pricesOf(table, price, indexBytes);
  const bits = new Uint8Array(table.rows);
  for (let row = 0; row < table.rows; row++) bits[row] = table.bits[cheapest(table, row, prices)]!;
  return bits;
}

function lowestPrice(tables: readonly RowChoices[], indexBytes: readonly number[], budget: number): number {
  const fits = (price: number) => {
    const counts = countsOf(tables, price, indexBytes);
    return tables.reduce((sum, table, index) => sum + bytesOf(table, counts[index]!), 0) <= budget;
  };
  if (fits(0)) return 0;
  let largest = 0;
  for (const { distortions } of tables) {
    for (const distortion of distortions[0]!) if (distortion > largest) largest = distortion;
  }
  // A stored row takes more than a byte, so that at this price none is.
  let high = Math.log(largest);
  let low = high + Math.log(leastShare);
  for (let step = 0; step < bisections; step++) {
    const middle = (low + high) / 2;
    if (fits(Math.exp(middle))) high = middle;
    else low = middle;
  }
  return Math.exp(high);
}

/** For each table the rows of each choice at a price. */
function countsOf(tables: readonly RowChoices[], price: number, indexBytes: readonly number[]): number[][] {
  return tables.map((table, index) => {
    const prices = pricesOf(table, price, indexBytes[index]!);
    const counts = new Array<number>(table.bits.length).fill(0);
    for (let row = 0; row < table.rows; row++) counts[cheapest(table, row, prices)]!++;
    return counts;
  });
}

function pricesOf({ rowBytes }: RowChoices, price: number, indexBytes: number): number[] {
  return rowBytes.map((bytes) => (bytes === 0 ? 0 : price * (bytes + indexBytes)));
}

/** The choice of the least distortion and price; of equal ones the one of fewer bits. */
function cheapest({ distortions }: RowChoices, row: number, prices: readonly number[]): number {
  let best = 0;
  let least = distortions[0]![row]!;
  for (let choice = 1; choice < prices.length; choice++) {
    const cost = distortions[choice]![row]! + prices[choice]!;
    if (cost < least) {
      least = cost;
      best = choice;
    }
  }
  return best;
}

function bytesOf({ rows, dim, bits }: RowChoices, counts: readonly number[]): number {
  return mixedPrecisionBytes({ rows, dim, rowsOfBits: rowsOfBits(bits, counts) });
}

function rowsOfBits(bits: RowChoices['bits'], counts: readonly number[]): RowsOfBits {
  return Object.fromEntries(
    counts.map((count, choice) => [bits[choice]!, count]).filter(([own]) => own !== 0),
  );
}

/** What the index grows by for each further stored row, near the number that is stored now. */
function indexBytesOfOneMore(table: RowChoices, counts: readonly number[]): number {
  const stored = table.rows - counts[0]!;
  const more = Math.min(Math.ceil(stored / 8), counts[0]!);
  if (stored === 0 || more === 0) return firstIndexBytes;
  // The choice that most stored rows take: further ones join it.
  const usual = counts.indexOf(Math.max(...counts.slice(1)), 1);
  const grown = counts.map((count, choice) => (choice === usual ? count + more : count));
  const added = bytesOf(table, grown) - bytesOf(table, counts) - more * table.rowBytes[usual]!;
  return Math.max(0, added / more);
}

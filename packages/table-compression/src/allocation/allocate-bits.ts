import { isProjectedKind } from '@ds/data-sparsifier';
import { PricedRows } from './priced-rows.js';
import type { RowChoices } from './row-choices.js';
import { extraBytes, firstExtraBytes, tableBytes } from './table-bytes.js';

/** The bits of every row of every table, and the resulting sizes. */
export interface Allocation {
  /** For each table (rows), for `MixedPrecisionTable.fromDense`. */
  bits: Uint8Array<ArrayBuffer>[];
  /** Bytes of each table: its `byteLength`, with codes, scales and index. */
  bytes: number[];
}

// Precision of the logarithm of the price per byte before the last search, and after it.
const coarse = 1e-3;
const finest = 1e-9;
// Dropping a choice is tried if at most this many rows, or a tenth of the stored ones, take it.
const fewRows = 64;
// The price is searched down to this fraction of the price at which no row is stored.
const leastShare = 1e-30;
// A row of one bit takes a sixteenth of a byte, plus its share of the index.
const leastRowBytes = 1 / 16;
// How often the index and the profitable kinds of rows are recomputed from the resulting counts.
const passes = 2;

/**
 * Chooses the bits of each row so that the sum of distortions is minimal within a number of bytes. At a given price per byte,
 * each row takes the choice that minimises distortion + price x bytes; bisection finds the lowest price at which all tables
 * fit (Y. Shoham and A. Gersho, "Efficient bit allocation for an arbitrary set of quantizers", 1988). A kind of rows is
 * dropped if its basis and class bits cost more than it gains.
 *
 * @param tables the choices of each table
 * @param budget maximum bytes of all tables together, at least 0
 */
export function allocateBits(tables: readonly RowChoices[], budget: number): Allocation {
  const searched = tables.map((table) => new PricedRows(table));
  const { price, extra } = searchPrice(searched, budget);
  return {
    bits: searched.map((table, index) => table.bits(price, extra[index]!)),
    bytes: searched.map((table, index) => tableBytes(table.choices, table.at(price, extra[index]!).counts)),
  };
}

/** The lowest price per byte at which all tables fit, and the overhead of a row of each choice of each table. */
export function searchPrice(
  tables: readonly PricedRows[],
  budget: number,
): { price: number; extra: number[][] } {
  // The overhead of a row depends on how many rows are stored; each search refines it.
  let extra = tables.map(({ choices }) => firstExtraBytes(choices));
  let price = lowestPrice(tables, extra, budget, { precision: coarse });
  for (let pass = 0; pass < passes; pass++) {
    extra = tables.map((table, index) => {
      const own = extraBytes(table.choices, table.at(price, extra[index]!).counts);
      return price === 0 ? own : withoutCostly(table, price, own);
    });
    const precision = pass < passes - 1 ? coarse : finest;
    price = lowestPrice(tables, extra, budget, { precision, guess: price });
  }
  return { price, extra };
}

/**
 * Approximately the price per byte at which all tables fit into a number of bytes.
 *
 * @param tables samples of their rows, each of which stands for several rows
 */
export function roughPrice(tables: readonly RowChoices[], budget: number): number {
  const sampled = tables.map((table) => {
    const share = table.rows / table.distortions[0]!.length || 1;
    return new PricedRows({ ...table, share });
  });
  return lowestPrice(sampled, tables.map(firstExtraBytes), budget, { precision: coarse });
}

/** The lowest price between two at which all tables fit; they fit at the higher one. */
export function lowestPriceBetween(
  tables: readonly PricedRows[],
  extra: readonly (readonly number[])[],
  budget: number,
  [low, high]: readonly [number, number],
): number {
  return bisect((price) => fit(tables, extra, budget, price), [Math.log(low), Math.log(high)], finest);
}

/** Whether tables fit a number of bytes at a price. */
export function fit(
  tables: readonly PricedRows[],
  extra: readonly (readonly number[])[],
  budget: number,
  price: number,
): boolean {
  let bytes = 0;
  tables.forEach((table, index) => {
    bytes += tableBytes(table.choices, table.at(price, extra[index]!).counts);
  });
  return bytes <= budget;
}

/** The bits of each row of a table, (rows), at a price per byte; a stored row takes `indexBytes` in addition to its own. */
export function bitsAtPrice(table: RowChoices, price: number, indexBytes: number): Uint8Array<ArrayBuffer> {
  return new PricedRows(table).bits(
    price,
    table.bits.map((own) => (own === 0 ? 0 : indexBytes)),
  );
}

function lowestPrice(
  tables: readonly PricedRows[],
  extra: readonly (readonly number[])[],
  budget: number,
  { precision, guess = 0 }: { precision: number; guess?: number },
): number {
  const fits = (price: number) => fit(tables, extra, budget, price);
  if (fits(0)) return 0;
  // At this price no row is stored.
  let high = Math.log(Math.max(...tables.map(({ largest }) => largest)) / leastRowBytes) + 1e-9;
  let low = high + Math.log(leastShare);
  // Search around the guess, widening as needed.
  for (let reach = 0.05; guess > 0 && reach < high - low; reach *= 4) {
    const [below, above] = [Math.log(guess) - reach, Math.log(guess) + reach];
    if (below > low && !fits(Math.exp(below))) low = below;
    if (above < high && fits(Math.exp(above))) high = above;
    if (low >= below && high <= above) break;
  }
  return bisect(fits, [low, high], precision);
}

/** The lowest price that fits, between two logarithms of prices. */
function bisect(fits: (price: number) => boolean, between: [number, number], precision: number): number {
  let [low, high] = between;
  while (high - low > precision) {
    const middle = (low + high) / 2;
    if (fits(Math.exp(middle))) high = middle;
    else low = middle;
  }
  return Math.exp(high);
}

/**
 * The overhead of a row of each choice: Infinity for choices that cost more than they gain. They are dropped one after
 * another, the worst first; all projected kinds together are also tried as one.
 */
function withoutCostly(table: PricedRows, price: number, extra: readonly number[]): number[] {
  const { bits } = table.choices;
  const costOf = (own: readonly number[]) => {
    const { counts, distortion } = table.at(price, own);
    const bytes = tableBytes(table.choices, counts);
    return { counts, bytes, cost: distortion + price * bytes };
  };
  let best = { own: extra, ...costOf(extra) };
  for (;;) {
    const { own: left, counts, bytes, cost } = best;
    const used = [...bits.keys()].filter((choice) => bits[choice] !== 0 && counts[choice]! > 0);
    const few = Math.max(fewRows, (table.choices.rows - counts[0]!) / 10);
    const projected = used.filter((choice) => isProjectedKind(bits[choice]!));
    const tried = used.filter((choice) => counts[choice]! <= few).map((choice) => [choice]);
    for (const dropped of [...tried, projected]) {
      const own = left.map((bytes, choice) => (dropped.includes(choice) ? Infinity : bytes));
      const found = costOf(own);
      if (found.cost < best.cost - price * leastSaved(bytes)) best = { own, ...found };
    }
    if (!(best.cost < cost)) return [...left];
  }
}

/**
 * The minimum saving, in bytes, for dropping a choice: the price is not exact, and many rows may be equally good in two
 * choices.
 */
function leastSaved(bytes: number): number {
  return 1 + bytes / 100;
}

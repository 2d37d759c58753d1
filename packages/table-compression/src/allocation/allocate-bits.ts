import { isProjectedKind } from '@ds/data-sparsifier';
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
  // The overhead of a row depends on how many rows are stored; each search refines it.
  let extra = tables.map(firstExtraBytes);
  let price = lowestPrice(searched, extra, budget, coarse);
  for (let pass = 0; pass < passes; pass++) {
    extra = searched.map((table, index) => {
      const own = extraBytes(table.choices, table.at(price, extra[index]!).counts);
      return price === 0 ? own : withoutCostly(table, price, own);
    });
    price = lowestPrice(searched, extra, budget, pass < passes - 1 ? coarse : finest, price);
  }
  return {
    bits: searched.map((table, index) => table.bits(price, extra[index]!)),
    bytes: searched.map((table, index) => tableBytes(table.choices, table.at(price, extra[index]!).counts)),
  };
}

/**
 * Approximately the price per byte at which all tables fit into a number of bytes.
 *
 * @param tables samples of their rows, each of which stands for several rows
 */
export function roughPrice(tables: readonly RowChoices[], budget: number): number {
  const sampled = tables.map(
    (table) => new PricedRows(table, table.rows / table.distortions[0]!.length || 1),
  );
  return lowestPrice(sampled, tables.map(firstExtraBytes), budget, coarse);
}

/** The bits of each row of a table, (rows), at a price per byte; a stored row takes `indexBytes` in addition to its own. */
export function bitsAtPrice(table: RowChoices, price: number, indexBytes: number): Uint8Array<ArrayBuffer> {
  return new PricedRows(table).bits(
    price,
    table.bits.map((own) => (own === 0 ? 0 : indexBytes)),
  );
}

/** The candidates of a table; each takes the choice that minimises distortion + price x bytes. */
class PricedRows {
  readonly choices: RowChoices;
  readonly largest: number;
  /** The number of candidates that a sampled row represents. */
  readonly #share: number;
  readonly #rows: number;
  /** (candidates, choices). */
  readonly #distortions: Float32Array;

  /** @param share how many rows of the table each candidate stands for */
  constructor(choices: RowChoices, share = 1) {
    this.choices = choices;
    const { distortions } = choices;
    const width = choices.bits.length;
    const rows = distortions[0]!.length;
    this.#share = share;
    this.#rows = rows;
    this.#distortions = new Float32Array(rows * width);
    let largest = 0;
    distortions.slice(0, width).forEach((own, choice) => {
      for (let row = 0; row < rows; row++) this.#distortions[row * width + choice] = own[row]!;
    });
    for (let row = 0; row < rows; row++) largest = Math.max(largest, distortions[0]![row]!);
    this.largest = largest;
  }

  /** How many rows of the table take each choice (rows that are not candidates take the first), and the sum of distortions. */
  at(price: number, extra: readonly number[]): { counts: number[]; distortion: number } {
    const prices = this.#prices(price, extra);
    const width = prices.length;
    const counts = new Float64Array(width);
    const distortions = this.#distortions;
    let distortion = 0;
    for (let from = 0; from < distortions.length; from += width) {
      const choice = cheapest(distortions, from, prices);
      counts[choice]!++;
      distortion += distortions[from + choice]!;
    }
    const { rows } = this.choices;
    const ofAll = Array.from(counts, (count) => Math.floor(count * this.#share));
    ofAll[0] = rows - ofAll.reduce((sum, count, choice) => (choice === 0 ? sum : sum + count), 0);
    return { counts: ofAll, distortion };
  }

  bits(price: number, extra: readonly number[]): Uint8Array<ArrayBuffer> {
    const prices = this.#prices(price, extra);
    const { rows, bits, candidates } = this.choices;
    const found = new Uint8Array(rows);
    for (let at = 0; at < this.#rows; at++) {
      const choice = cheapest(this.#distortions, at * prices.length, prices);
      found[candidates ? candidates[at]! : at] = bits[choice]!;
    }
    return found;
  }

  #prices(price: number, extra: readonly number[]): Float64Array {
    return Float64Array.from(this.choices.rowBytes, (bytes, choice) => {
      if (bytes === 0) return 0;
      return extra[choice] === Infinity ? Infinity : price * (bytes + extra[choice]!);
    });
  }
}

function lowestPrice(
  tables: readonly PricedRows[],
  extra: readonly (readonly number[])[],
  budget: number,
  precision: number,
  guess = 0,
): number {
  const fits = (price: number) => {
    let bytes = 0;
    tables.forEach((table, index) => {
      bytes += tableBytes(table.choices, table.at(price, extra[index]!).counts);
    });
    return bytes <= budget;
  };
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

/** The choice with the smallest distortion plus price; of equal ones the first. */
function cheapest(distortions: Float32Array, from: number, prices: Float64Array): number {
  let best = 0;
  let least = distortions[from]!;
  for (let choice = 1; choice < prices.length; choice++) {
    const cost = distortions[from + choice]! + prices[choice]!;
    if (cost < least) {
      least = cost;
      best = choice;
    }
  }
  return best;
}

import type { RowChoices } from './row-choices.js';

/** The candidates of a table; each takes the choice that minimises distortion + price x bytes. */
export class PricedRows {
  readonly choices: RowChoices;
  readonly largest: number;
  readonly #rows: number;
  /** (candidates, choices). */
  readonly #distortions: Float32Array;
  readonly #decided: readonly number[];

  /** @param decided how many rows that are not candidates take each choice but the first, whatever the price; default: none */
  constructor(choices: RowChoices, decided: readonly number[] = []) {
    this.choices = choices;
    this.#decided = decided;
    const { distortions } = choices;
    const width = choices.bits.length;
    const rows = distortions[0]!.length;
    this.#rows = rows;
    this.#distortions = new Float32Array(rows * width);
    let largest = 0;
    distortions.slice(0, width).forEach((own, choice) => {
      for (let row = 0; row < rows; row++) this.#distortions[row * width + choice] = own[row]!;
    });
    for (let row = 0; row < rows; row++) largest = Math.max(largest, distortions[0]![row]!);
    this.largest = largest;
  }

  /** How many rows of the table take each choice (other rows take the first), and the sum of the candidates' distortions. */
  at(price: number, extra: readonly number[]): { counts: number[]; distortion: number } {
    const prices = choicePrices(this.choices, price, extra);
    const width = prices.length;
    const counts = new Float64Array(width);
    const distortions = this.#distortions;
    let distortion = 0;
    for (let from = 0; from < distortions.length; from += width) {
      const choice = cheapestChoice(distortions, from, prices);
      counts[choice]!++;
      distortion += distortions[from + choice]!;
    }
    const { rows, share = 1 } = this.choices;
    const ofAll = Array.from(
      counts,
      (count, choice) => Math.floor(count * share) + (this.#decided[choice] ?? 0),
    );
    ofAll[0] = rows - ofAll.reduce((sum, count, choice) => (choice === 0 ? sum : sum + count), 0);
    return { counts: ofAll, distortion: share * distortion };
  }

  /** Writes the bits of each candidate to its row in `found`, (rows); default: a new array of zeros. */
  bits(
    price: number,
    extra: readonly number[],
    found = new Uint8Array(this.choices.rows),
  ): Uint8Array<ArrayBuffer> {
    const prices = choicePrices(this.choices, price, extra);
    const { bits, candidates } = this.choices;
    for (let at = 0; at < this.#rows; at++) {
      const choice = cheapestChoice(this.#distortions, at * prices.length, prices);
      found[candidates ? candidates[at]! : at] = bits[choice]!;
    }
    return found;
  }
}

/** The price of a row of each choice; a stored row takes `extra` bytes in addition to its own, Infinity if it is not offered. */
export function choicePrices(
  { rowBytes }: Pick<RowChoices, 'rowBytes'>,
  price: number,
  extra: readonly number[],
): Float64Array {
  return Float64Array.from(rowBytes, (bytes, choice) => {
    if (bytes === 0) return 0;
    return extra[choice] === Infinity ? Infinity : price * (bytes + extra[choice]!);
  });
}

/** The choice with the smallest distortion plus price; of equal ones the first. */
export function cheapestChoice(distortions: Float32Array, from: number, prices: Float64Array): number {
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

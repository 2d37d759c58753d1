import { projectedKinds, type Projection } from '@ds/data-sparsifier';
import {
  allocateBits,
  fit,
  lowestPriceBetween,
  roughPrice,
  searchPrice,
} from '../allocation/allocate-bits.js';
import { chooseRows } from './choose-rows.js';
import { PricedRows } from '../allocation/priced-rows.js';
import type { MeasuredTable } from './measured-table.js';
import { projectedChoices } from './projected-choices.js';
import type { SampledTable } from './sampled-table.js';

// The price per byte that a sample yields is this near to that of all rows.
const reach = 0.01;
// A price that is this small a part of another makes nothing cheaper.
const least = 1e-12;

/** How each row of a table is stored. */
export interface AllocatedRows {
  /** (rows), for `MixedPrecisionTable.fromDense`. */
  bits: Uint8Array<ArrayBuffer>;
  /** The basis and codes of its projected rows. */
  projection?: Projection | undefined;
}

/** Allocates bits to rows so that the sum of distortions is minimal within a number of bytes. */
export function allocateQuantized(tables: readonly MeasuredTable[], budget: number): AllocatedRows[] {
  const price = roughPrice(
    tables.map(({ sample }) => sample),
    budget,
  );
  const coded = tables.map((table) => table.candidatesAt(price));
  return allocateBits(coded, budget).bits.map((bits) => ({ bits }));
}

/** The same, with projected rows where they are better. */
export function allocateProjected(tables: readonly MeasuredTable[], budget: number): AllocatedRows[] {
  const price = roughPrice(
    tables.map(({ sample }) => sample),
    budget,
  );
  // If every row fits uncompressed, there is nothing to gain.
  if (price === 0) return allocateQuantized(tables, budget);
  const choices = tables.map((table) => projectedChoices(table, price));
  const { bits } = allocateBits(choices, budget);
  return choices.map(({ projection }, index) => usedProjection(projection, bits[index]!));
}

/**
 * The same for tables of which a sample is measured: the kinds of rows and nearly the price per byte are found on the sample;
 * then the rows are chosen at prices around it, and the price is searched among those whose choice depends on it.
 *
 * @param form whether rows may be projected
 */
export function allocateSampled(
  tables: readonly SampledTable[],
  budget: number,
  form: 'projected' | 'quantized',
): AllocatedRows[] {
  const rough = roughPrice(
    tables.map(({ sample }) => sample),
    budget,
  );
  const isProjected = form === 'projected' && rough > 0;
  const choices = tables.map((table) =>
    isProjected ? projectedChoices(table, rough) : table.candidatesAt(rough),
  );
  const searched = choices.map((own) => new PricedRows(own));
  let { price, extra } = searchPrice(searched, budget);
  // A sample that fits at no price says nothing about the price of all rows, if they do not fit.
  const priceOfLess = () => {
    for (let less = budget; price === 0 && less >= 1;) {
      ({ price, extra } = searchPrice(searched, (less *= 0.9)));
    }
    return price || Number.EPSILON;
  };
  let low = price * (1 - reach);
  let high = price * (1 + reach);
  for (let step = reach; ; step *= 2) {
    const between: [number, number] = [low, high];
    const chosen = tables.map((table, index) => chooseRows(table, choices[index]!, extra[index]!, between));
    const priced = chosen.map(({ undecided, counts }) => new PricedRows(undecided, counts));
    if (!fit(priced, extra, budget, high)) {
      low = high || priceOfLess();
      high = low * (1 + step) ** 2;
    } else if (low > 0 && fit(priced, extra, budget, low)) {
      high = low;
      low = step < 1 ? low * (1 - step) ** 2 : 0;
    } else {
      const found = fit(priced, extra, budget, low)
        ? low
        : lowestPriceBetween(priced, extra, budget, [low || high * least, high]);
      return priced.map((table, index) => {
        const bits = table.bits(found, extra[index]!, chosen[index]!.bits);
        return usedProjection(choices[index]!.projection, bits);
      });
    }
  }
}

/** The used kinds, renumbered as 128, 129, ... without gaps, without unused directions. */
function usedProjection(projection: Projection | undefined, bits: Uint8Array<ArrayBuffer>): AllocatedRows {
  const counts = new Array<number>(256).fill(0);
  for (const own of bits) counts[own]!++;
  const used = projectedKinds.filter((kind) => counts[kind]! > 0);
  if (!projection || used.length === 0) return { bits };
  const names = Uint8Array.from(counts.keys());
  used.forEach((kind, place) => (names[kind] = projectedKinds[place]!));
  const kinds = used.map((kind) => projection.kinds[kind - projectedKinds[0]]!);
  const directionsOf = (own: Projection['kinds']) =>
    Math.max(...own.map(({ coefficientBits }) => coefficientBits.length));
  const vectorBytes = projection.basis.length / (1 + directionsOf(projection.kinds));
  const basis = projection.basis.subarray(0, (1 + directionsOf(kinds)) * vectorBytes);
  return { bits: bits.map((kind) => names[kind]!), projection: { basis, kinds } };
}

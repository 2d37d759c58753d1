import type { Ops, Pairs } from './ops.js';

/**
 * The positions of the pairs' products among all `vectors` x `vectors` products, in row-major order of the lower
 * triangle: (1,0), (2,0), (2,1) ..., with `itself` (0,0), (1,0), (1,1) ..., as ordered by `DLRM_Net.interact_features`.
 */
export function pairPlaces({ vectors, itself, kept }: Pairs): Int32Array {
  const places: number[] = [];
  for (let row = 0; row < vectors; row++) {
    for (let column = 0; column < row + Number(itself); column++) places.push(row * vectors + column);
  }
  return Int32Array.from(kept?.map((pair) => places[pair]!) ?? places);
}

/** `Ops.pairProducts` in terms of the other operations. */
export function pairProducts<T>(ops: Omit<Ops<T>, 'pairProducts'>, vectors: T, pairs: Pairs): T {
  const products = ops.batchMatMul(vectors, vectors, { transposeB: true }); // (n, vectors, vectors)
  return ops.gatherColumns(ops.reshape(products, [-1, pairs.vectors ** 2]), pairPlaces(pairs));
}

/**
 * The gradient of the vectors, (n, vectors, dim), from that of the products of their pairs, (n, pairs). For a product
 * x_i . x_j, each vector receives the other one times the product's gradient; for x_i . x_i, twice itself.
 */
export function pairProductsGradient<T>(ops: Ops<T>, vectors: T, pairs: Pairs, gradient: T): T {
  const padded = ops.appendZeroColumn(gradient);
  const gathered = (sides: Sides) => ops.gatherColumns(padded, pairOfProduct(pairs, sides));
  const ofProducts = pairs.itself
    ? ops.add(gathered({ lower: true }), gathered({ upper: true }))
    : gathered({ lower: true, upper: true });
  return ops.batchMatMul(ops.reshape(ofProducts, [-1, pairs.vectors, pairs.vectors]), vectors);
}

/** The triangles of the products to fill, each with the diagonal if the pairs have one. */
interface Sides {
  lower?: boolean;
  upper?: boolean;
}

/**
 * For each of the `vectors` x `vectors` products the index of its pair, (i, j) or (j, i); for products without a pair, the
 * number of pairs.
 */
function pairOfProduct(pairs: Pairs, { lower = false, upper = false }: Sides): Int32Array {
  const { vectors } = pairs;
  const places = pairPlaces(pairs);
  const pairOf = new Int32Array(vectors * vectors).fill(places.length);
  places.forEach((place, pair) => {
    const row = Math.floor(place / vectors);
    const column = place % vectors;
    if (lower) pairOf[place] = pair;
    if (upper) pairOf[column * vectors + row] = pair;
  });
  return pairOf;
}

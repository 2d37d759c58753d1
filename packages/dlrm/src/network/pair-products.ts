import type { Ops, Pairs } from './ops.js';

/**
 * Where the products of pairs of vectors stand among all `vectors` x `vectors` products, row by row of the lower
 * triangle: (1,0), (2,0), (2,1) ..., with `itself` (0,0), (1,0), (1,1) ..., as `DLRM_Net.interact_features` orders them.
 */
export function pairPlaces({ vectors, itself, kept }: Pairs): Int32Array {
  const places: number[] = [];
  for (let row = 0; row < vectors; row++) {
    for (let column = 0; column < row + Number(itself); column++) places.push(row * vectors + column);
  }
  return Int32Array.from(kept?.map((pair) => places[pair]!) ?? places);
}

/** `Ops.pairProducts` by the other operations. */
export function pairProducts<T>(ops: Omit<Ops<T>, 'pairProducts'>, vectors: T, pairs: Pairs): T {
  const products = ops.batchMatMul(vectors, vectors, { transposeB: true }); // (n, vectors, vectors)
  return ops.gatherColumns(ops.reshape(products, [-1, pairs.vectors ** 2]), pairPlaces(pairs));
}

/**
 * The gradient of the vectors, (n, vectors, dim), from that of the products of their pairs, (n, pairs): of each product
 * x_i . x_j both vectors get the other one times the product's gradient, so x_i . x_i gives its own twice.
 */
export function pairProductsGradient<T>(ops: Ops<T>, vectors: T, pairs: Pairs, gradient: T): T {
  const padded = ops.appendZeroColumn(gradient);
  const gathered = (sides: Sides) => ops.gatherColumns(padded, pairOfProduct(pairs, sides));
  const ofProducts = pairs.itself
    ? ops.add(gathered({ lower: true }), gathered({ upper: true }))
    : gathered({ lower: true, upper: true });
  return ops.batchMatMul(ops.reshape(ofProducts, [-1, pairs.vectors, pairs.vectors]), vectors);
}

/** The triangles of the products that are filled, each with the diagonal if pairs have one. */
interface Sides {
  lower?: boolean;
  upper?: boolean;
}

/**
 * For each of the `vectors` x `vectors` products the number of its pair, (i, j) or (j, i); for those that no pair has,
 * the number of pairs.
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

/**
 * Where the products of pairs of feature vectors stand among all products, row by row of the strictly lower
 * triangle: (1,0), (2,0), (2,1) ..., as `DLRM_Net.interact_features` orders them.
 */
export function lowerTriangle(vectors: number): Int32Array {
  const places = new Int32Array((vectors * (vectors - 1)) / 2);
  let pair = 0;
  for (let row = 1; row < vectors; row++) {
    for (let column = 0; column < row; column++) places[pair++] = row * vectors + column;
  }
  return places;
}

/**
 * The way back: for each of the `vectors` x `vectors` products the number of its pair, the same for (i, j)
 * and (j, i); on the diagonal, which no pair has, the number of pairs.
 */
export function pairOfProduct(vectors: number): Int32Array {
  const places = lowerTriangle(vectors);
  const pairs = new Int32Array(vectors * vectors).fill(places.length);
  places.forEach((place, pair) => {
    const row = Math.floor(place / vectors);
    const column = place % vectors;
    pairs[place] = pair;
    pairs[column * vectors + row] = pair;
  });
  return pairs;
}

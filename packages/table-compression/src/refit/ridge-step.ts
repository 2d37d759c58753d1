/**
 * One Newton step of a ridge-penalised logistic regression from zero, on a linearised logit: the scales s that minimise
 * sum of w (z - x s)^2 / 2 + ridge |s|^2 / 2 with z = (label - p) / w and w = p (1 - p), that is
 * (X^T W X + ridge I) s = X^T (y - p). Examples have few features each, so they are added one after another.
 */
export class RidgeStep {
  readonly #count: number;
  /** (count, count), the lower triangle of X^T W X + ridge I. */
  readonly #products: Float64Array;
  readonly #sums: Float64Array;

  /**
   * @param count number of scales
   * @param ridge the penalty, the inverse variance that a scale is expected to have
   */
  constructor(count: number, ridge: number) {
    this.#count = count;
    this.#products = new Float64Array(count * count);
    this.#sums = new Float64Array(count);
    for (let at = 0; at < count; at++) this.#products[at * (count + 1)] = ridge;
  }

  /**
   * Adds an example.
   *
   * @param scales the scales of its features; one may come several times
   * @param features how much the logit grows with each of them
   * @param probability what the model predicts
   * @param label 0 or 1
   */
  add(scales: ArrayLike<number>, features: ArrayLike<number>, probability: number, label: number): void {
    const weight = probability * (1 - probability);
    for (let i = 0; i < scales.length; i++) {
      const row = scales[i]!;
      this.#sums[row]! += features[i]! * (label - probability);
      for (let j = 0; j < scales.length; j++) {
        const column = scales[j]!;
        if (column <= row)
          this.#products[row * this.#count + column]! += weight * features[i]! * features[j]!;
      }
    }
  }

  /** The scales, by a Cholesky factorisation. */
  solve(): Float64Array {
    const count = this.#count;
    const lower = this.#products.slice();
    const solution = this.#sums.slice();
    for (let row = 0; row < count; row++) {
      for (let column = 0; column <= row; column++) {
        let sum = lower[row * count + column]!;
        for (let k = 0; k < column; k++) sum -= lower[row * count + k]! * lower[column * count + k]!;
        lower[row * count + column] = row === column ? Math.sqrt(sum) : sum / lower[column * (count + 1)]!;
      }
    }
    for (let row = 0; row < count; row++) {
      for (let k = 0; k < row; k++) solution[row]! -= lower[row * count + k]! * solution[k]!;
      solution[row]! /= lower[row * (count + 1)]!;
    }
    for (let row = count - 1; row >= 0; row--) {
      for (let k = row + 1; k < count; k++) solution[row]! -= lower[k * count + row]! * solution[k]!;
      solution[row]! /= lower[row * (count + 1)]!;
    }
    return solution;
  }
}

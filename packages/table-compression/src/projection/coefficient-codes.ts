/** The coding of the coefficients of a kind of rows. */
export interface CoefficientCodes {
  /** Bits of each coefficient. */
  coefficientBits: number[];
  /** The step between two codes of each coefficient. */
  steps: number[];
}

/** Coefficients of a sample of rows, one array for each direction, and the weight of each row. */
export interface CoefficientSample {
  coefficients: readonly Float64Array[];
  weights: Float64Array;
}

const mostBits = 10;
// The number of steps tried for each number of bits, decreasing from the widest.
const triedSteps = 12;

/**
 * Distributes the bits of a row over its coefficients: each bit goes where it reduces the error of the sample most. This is
 * reverse water-filling (T. Berger, "Rate Distortion Theory", 1971) with measured errors.
 *
 * @param variances the cost of a squared error of 1 in each coefficient
 * @param rowBits bits of a row
 * @param costOfCoefficient the minimum error reduction for the first bit of each coefficient
 */
export function coefficientCodes(
  { coefficients, weights }: CoefficientSample,
  variances: Float64Array,
  rowBits: number,
  costOfCoefficient: (place: number) => number,
): CoefficientCodes {
  const bits = coefficients.map(() => 0);
  const steps = coefficients.map(() => 0);
  const errors = coefficients.map((values, k) => variances[k]! * squares(values, weights));
  const next = coefficients.map(() => undefined as { step: number; error: number } | undefined);
  for (let given = 0; given < rowBits; given++) {
    let best = -1;
    let most = 0;
    for (let k = 0; k < coefficients.length; k++) {
      if (bits[k]! >= mostBits) continue;
      next[k] ??= bestStep(coefficients[k]!, weights, variances[k]!, bits[k]! + 1);
      const gain = errors[k]! - next[k]!.error - (bits[k] === 0 ? costOfCoefficient(k) : 0);
      if (gain > most) {
        most = gain;
        best = k;
      }
    }
    if (best < 0) break;
    bits[best]!++;
    steps[best] = next[best]!.step;
    errors[best] = next[best]!.error;
    next[best] = undefined;
  }
  const length = bits.findLastIndex((own) => own > 0) + 1;
  return { coefficientBits: bits.slice(0, length), steps: steps.slice(0, length) };
}

/** The step with the smallest error for this number of bits. */
function bestStep(
  values: Float64Array,
  weights: Float64Array,
  variance: number,
  bits: number,
): { step: number; error: number } {
  const highest = 2 ** bits - 1;
  let largest = 0;
  for (const value of values) largest = Math.max(largest, Math.abs(value));
  let best = { step: largest / Math.max(1, highest / 2), error: Infinity };
  for (let tried = 0; tried < triedSteps; tried++) {
    const step = ((2 * largest) / highest) * 0.85 ** tried;
    let error = 0;
    for (let at = 0; at < values.length; at++) {
      const value = values[at]!;
      const code = Math.max(0, Math.min(highest, Math.round(value / step + highest / 2)));
      error += weights[at]! * (value - (code - highest / 2) * step) ** 2;
    }
    if (error * variance < best.error) best = { step, error: error * variance };
  }
  return best;
}

function squares(values: Float64Array, weights: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < values.length; at++) sum += weights[at]! * values[at]! ** 2;
  return sum;
}

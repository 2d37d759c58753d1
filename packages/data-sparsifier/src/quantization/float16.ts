import { roundHalfToEven } from './round-half-to-even.js';

const float = new Float32Array(1);
const floatBits = new Uint32Array(float.buffer);

/** The IEEE 754 binary16 nearest to a finite float32, halves to even; infinity beyond its range. */
export function toFloat16(value: number): number {
  float[0] = value;
  const bits = floatBits[0]!;
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = Math.abs(float[0]);
  // 65520 and above round to 2^16, which binary16 does not have.
  if (magnitude >= 65520) return sign | 0x7c00;
  if (magnitude < 2 ** -14) {
    // Subnormal numbers have a step of 2^-24; 1024, if rounded up to, is the first normal number.
    return sign | roundHalfToEven(magnitude * 2 ** 24);
  }
  const rest = bits & 0x1fff;
  const half = ((bits & 0x7fffffff) - (112 << 23)) >>> 13;
  const roundsUp = rest > 0x1000 || (rest === 0x1000 && (half & 1) === 1);
  return sign | (half + (roundsUp ? 1 : 0));
}

/** An IEEE 754 binary16 as a number. */
export function fromFloat16(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >>> 10) & 31;
  const fraction = half & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * 2 ** (exponent - 15) * (1 + fraction / 1024);
}

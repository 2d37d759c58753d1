// Polynomials over GF(2) of degree below 32, with the coefficient of x^0 in the highest bit, as in CRC-32.
const generator = 0xedb88320;
const one = 0x80000000;

/** `powers[i]`: x to the power of 8 * 2^i, modulo the generator: the effect of 2^i zero bytes. */
const powers: number[] = [];
for (let i = 0, power = 1 << 23; i < 53; i++, power = multiply(power, power)) powers.push(power);

/**
 * The CRC-32 of two concatenated pieces, from the CRC-32 of each and the length of the second in bytes
 * (Mark Adler's crc32_combine in zlib: the first CRC is advanced over as many zero bytes as the second piece has).
 */
export function crc32Combine(first: number, second: number, secondLength: number): number {
  let carried = first;
  for (let i = 0, left = secondLength; left > 0; i++, left = Math.floor(left / 2)) {
    if (left % 2 === 1) carried = multiply(powers[i]!, carried);
  }
  return (carried ^ second) >>> 0;
}

/** The product of two polynomials modulo the generator. */
function multiply(a: number, b: number): number {
  let product = 0;
  for (let bit = one; bit !== 0; bit >>>= 1) {
    if ((a & bit) !== 0) product ^= b;
    b = (b & 1) === 0 ? b >>> 1 : (b >>> 1) ^ generator;
  }
  return product;
}

/**
 * Whether the bit of a value is set.
 *
 * @param bits those of a table, the least significant first
 */
export function hasBit(bits: Uint32Array, at: number): boolean {
  // Not `at >>> 5`: a table may have more than 2^32 values.
  return ((bits[Math.floor(at / 32)]! >>> (at % 32)) & 1) === 1;
}

/** A vector of the 64 bits at each address. */
export function twoWords(first: usize, second: usize): v128 {
  return v128.load64_lane(second, v128.load64_zero(first), 1);
}

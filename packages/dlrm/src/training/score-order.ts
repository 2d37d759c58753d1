// Where the low and the high half of a 64-bit integer are on this machine.
const [low, high] = new Uint32Array(BigUint64Array.of(1n).buffer)[0] === 1 ? [0, 1] : [1, 0];

/**
 * The indices of scores in ascending order of the scores; equal scores are next to one another, in any order.
 *
 * Float32 scores are sorted as 64-bit integers, the bits of the score above its index, because a comparison in JavaScript for
 * each step of the sort takes ten times as long.
 *
 * @param scores no NaN among them
 */
export function scoreOrder(scores: ArrayLike<number>): Uint32Array {
  const floats = scores instanceof Float32Array ? scores : Float32Array.from(scores);
  if (floats !== scores && floats.some((float, i) => float !== scores[i])) {
    const order = Uint32Array.from(floats.keys());
    return order.sort((a, b) => scores[a]! - scores[b]!);
  }
  const bits = new Uint32Array(floats.buffer, floats.byteOffset, floats.length);
  const sorted = new BigUint64Array(floats.length);
  const halves = new Uint32Array(sorted.buffer);
  for (let i = 0; i < bits.length; i++) {
    halves[2 * i + low] = i;
    halves[2 * i + high] = ascendingBits(bits[i]!);
  }
  sorted.sort();
  const order = new Uint32Array(floats.length);
  for (let i = 0; i < order.length; i++) order[i] = halves[2 * i + low]!;
  return order;
}

/** An integer for the bits of a float32, so that integers ascend where the floats do. */
function ascendingBits(bits: number): number {
  return bits >>> 31 === 1 ? ~bits : bits | 0x80000000;
}

/**
 * Rounds to a number of decimals as Python's `round` does: to the nearest, and to the even digit where the
 * exact binary value lies halfway (0.0625 to 0.062). `toFixed` works on the exact value too, but takes the
 * larger neighbour there.
 */
export function roundDecimals(value: number, decimals: number): number {
  const rounded = Number(value.toFixed(decimals));
  // 100 digits hold every halfway point exactly: it has one digit more than `decimals`.
  const digitsBeyond = Math.abs(value).toFixed(100).split('.')[1]!.slice(decimals);
  if (!/^50*$/.test(digitsBeyond)) return rounded;
  const even = (text: string) => Number(text.at(-1)) % 2 === 0;
  const step = 10 ** -decimals;
  const up = value.toFixed(decimals);
  return even(up) ? rounded : Number((rounded - Math.sign(value) * step).toFixed(decimals));
}

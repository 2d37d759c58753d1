/**
 * Rounds to a number of decimals like Python's `round`: to the nearest, and to the even digit if the exact binary value is
 * halfway (0.0625 to 0.062). `toFixed` also uses the exact value, but rounds halves up.
 */
export function roundDecimals(value: number, decimals: number): number {
  const rounded = Number(value.toFixed(decimals));
  // 100 digits represent every halfway point exactly, because it has one digit more than `decimals`.
  const digitsBeyond = Math.abs(value).toFixed(100).split('.')[1]!.slice(decimals);
  if (!/^50*$/.test(digitsBeyond)) return rounded;
  const even = (text: string) => Number(text.at(-1)) % 2 === 0;
  const step = 10 ** -decimals;
  const up = value.toFixed(decimals);
  return even(up) ? rounded : Number((rounded - Math.sign(value) * step).toFixed(decimals));
}

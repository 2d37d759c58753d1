/**
 * A number in Python's notation for floats: `0.0` for 0, `1e-07` for 1e-7. File names and CSV cells of the original
 * use this form. (JavaScript and Python both print the shortest digits that parse back to the same number; they differ in
 * when they use an exponent and in how they write it.)
 */
export function formatPythonFloat(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (Object.is(value, -0)) return '-0.0';
  const magnitude = Math.abs(value);
  if (magnitude !== 0 && (magnitude < 1e-4 || magnitude >= 1e16)) {
    const [digits, exponent] = value.toExponential().split('e') as [string, string];
    return `${digits}e${exponent[0]}${exponent.slice(1).padStart(2, '0')}`;
  }
  const text = String(value);
  return text.includes('.') ? text : `${text}.0`;
}

/** Two whole numbers in Python's notation for tuples: `(1, 4)`. */
export function formatPythonTuple([first, second]: readonly [number, number]): string {
  return `(${first}, ${second})`;
}

/** Parses `(1, 4)`; undefined if the text is not a pair of whole numbers in that form. */
export function parsePythonTuple(text: string): [number, number] | undefined {
  const match = /^\s*\(\s*(\d+)\s*,\s*(\d+)\s*\)\s*$/.exec(text);
  return match ? [Number(match[1]), Number(match[2])] : undefined;
}

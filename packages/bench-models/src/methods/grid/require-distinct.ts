/** @throws Error if there are no values, or one is duplicate. */
export function requireDistinct(what: string, values: readonly (string | number)[]): void {
  if (values.length === 0) throw new Error(`${what}: expected at least one, found none`);
  const twice = values.find((value, index) => values.indexOf(value) !== index);
  if (twice !== undefined) throw new Error(`${what}: expected each once, found ${twice} twice`);
}

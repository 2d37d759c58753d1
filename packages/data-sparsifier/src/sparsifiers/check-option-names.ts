/**
 * Refuses unknown options. JavaScript would ignore them, and the default would apply.
 *
 * @throws Error naming the first unknown option, and a known one with a similar name.
 */
export function checkOptionNames(given: object, known: readonly string[]): void {
  const unknown = Object.keys(given).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  const nearest = known
    .map((name) => ({ name, distance: editDistance(plain(unknown), plain(name)) }))
    .reduce((best, next) => (next.distance < best.distance ? next : best));
  const isNear = nearest.distance <= Math.max(2, 0.4 * nearest.name.length);
  throw new Error(
    `unknown option "${unknown}": ` +
      (isNear ? `did you mean ${nearest.name}?` : `expected one of ${known.join(', ')}`),
  );
}

/** Makes `sparsity_level` and `sparsitylevel` equal to `sparsityLevel`. */
function plain(name: string): string {
  return name.replace(/[^a-z0-9]/gi, '').toLowerCase();
}

/** The Levenshtein distance of two texts (Wagner and Fischer 1974). */
function editDistance(from: string, to: string): number {
  let above = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const next = [row];
    for (let column = 1; column <= to.length; column++) {
      const replaced = above[column - 1]! + Number(from[row - 1] !== to[column - 1]);
      next.push(Math.min(replaced, above[column]! + 1, next[column - 1]! + 1));
    }
    above = next;
  }
  return above[to.length]!;
}

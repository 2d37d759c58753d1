import type { ListedKeys } from '../selection-kernel.js';

/** The sum of the histograms of all parts. */
export function sumOf(counts: readonly Uint32Array[]): Uint32Array {
  const sums = Uint32Array.from(counts[0]!);
  for (const other of counts.slice(1)) for (let i = 0; i < sums.length; i++) sums[i]! += other[i]!;
  return sums;
}

/** The keys listed by all parts, with their positions in the whole. */
export function joinedLists(lists: readonly ListedKeys[], firstPlaces: readonly number[]): ListedKeys {
  const length = lists.reduce((sum, list) => sum + list.keys.length, 0);
  const [keys, places] = [new Int32Array(length), new Uint32Array(length)];
  let next = 0;
  lists.forEach((list, part) => {
    keys.set(list.keys, next);
    const first = firstPlaces[part]!;
    list.places.forEach((place) => (places[next++] = first + place));
  });
  return { keys, places };
}

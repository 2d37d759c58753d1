/** Calls `onNote` with what applies to some tensors of a file, the first of them and how many more, if there are any. */
export function noteTensors(
  onNote: ((note: string) => void) | undefined,
  what: string,
  names: readonly string[],
): void {
  if (names.length === 0) return;
  onNote?.(`${what}: ${names[0]}${names.length > 1 ? ` and ${names.length - 1} more` : ''}`);
}

/** Notes float64 tensors: values are float32 in memory and in all files that we write. */
export function noteFloat64<Entry>(
  onNote: ((note: string) => void) | undefined,
  entries: Iterable<readonly [name: string, entry: Entry]>,
  isFloat64: (entry: Entry) => boolean,
): void {
  const names: string[] = [];
  for (const [name, entry] of entries) if (isFloat64(entry)) names.push(name);
  noteTensors(onNote, 'float64 in the file, rounded to float32 and written as such', names);
}

/** What preprocessing means, in its simplest form: the reference for the fast one. */
export function simplePreprocessing(text: string) {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  const ids = Array.from({ length: 26 }, () => new Map<number, number>());
  const labels: number[] = [];
  const integers: number[] = [];
  const categories: number[] = [];
  for (const line of lines) {
    const fields = line.split('\t');
    labels.push(Number(fields[0]));
    for (const field of fields.slice(1, 14)) integers.push(Math.max(0, Number(field)));
    fields.slice(14).forEach((field, column) => {
      const value = Number.parseInt(field || '0', 16) | 0;
      if (!ids[column]!.has(value)) ids[column]!.set(value, ids[column]!.size);
      categories.push(ids[column]!.get(value)!);
    });
  }
  return {
    X_cat: Float64Array.from(categories),
    X_int: Int32Array.from(integers),
    y: Int32Array.from(labels),
    counts: Int32Array.from(ids, ({ size }) => size),
  };
}

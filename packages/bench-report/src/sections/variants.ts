/** A variant of a measurement, with its display name. */
export interface NamedVariant {
  dlrmType: string;
  name: string;
}

/** The variants that occur in a table: first those with a display name, in order, then the others under their own name. */
export function variantsIn(
  rows: readonly { dlrmType: string }[],
  names: Readonly<Record<string, string>>,
): NamedVariant[] {
  const found = [...new Set(rows.map(({ dlrmType }) => dlrmType))];
  const known = Object.keys(names).filter((dlrmType) => found.includes(dlrmType));
  const others = found.filter((dlrmType) => !known.includes(dlrmType));
  return [...known, ...others].map((dlrmType) => ({ dlrmType, name: names[dlrmType] ?? dlrmType }));
}

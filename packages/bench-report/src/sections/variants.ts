/** A way in which models were measured, with its name for readers. */
export interface NamedVariant {
  dlrmType: string;
  name: string;
}

/** The variants that occur in a table: those with a name here, in their order, then the others by their own. */
export function variantsIn(
  rows: readonly { dlrmType: string }[],
  names: Readonly<Record<string, string>>,
): NamedVariant[] {
  const found = [...new Set(rows.map(({ dlrmType }) => dlrmType))];
  const known = Object.keys(names).filter((dlrmType) => found.includes(dlrmType));
  const others = found.filter((dlrmType) => !known.includes(dlrmType));
  return [...known, ...others].map((dlrmType) => ({ dlrmType, name: names[dlrmType] ?? dlrmType }));
}

/** Integer columns of a Criteo row, I1 to I13. */
export const integerColumns = 13;
/** Categorical columns of a Criteo row, C1 to C26. */
export const categoricalColumns = 26;
/** Days that Kaggle's rows are divided into; the last one is for testing and validation. */
export const days = 7;

/** The name in errors of a field of a raw row, counted from 0. */
export function fieldName(field: number): string {
  if (field === 0) return 'label';
  return field <= integerColumns ? `I${field}` : `C${field - integerColumns}`;
}

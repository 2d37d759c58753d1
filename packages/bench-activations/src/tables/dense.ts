import type { TableMethodKind } from './table-method.js';

/** The tables without compression. */
export const dense: TableMethodKind = {
  form: 'dense',
  parse: (name) => (name === 'dense' ? { id: name, compress: async () => ({}) } : undefined),
};

import type { TableMethodKind } from './table-method.js';

/** The tables as they are. */
export const dense: TableMethodKind = {
  form: 'dense',
  parse: (name) => (name === 'dense' ? { id: name, compress: async () => ({}) } : undefined),
};

import { serveTasks } from '@ds/threads';
import { numberRows, type NumberedRows } from './preprocess/number-rows.js';
import type { BadField } from './preprocess/parse-rows.js';

serveTasks((text: Uint8Array): { output: NumberedRows | BadField; transfer?: ArrayBuffer[] } => {
  const output = numberRows(text);
  if (!('rows' in output)) return { output };
  const arrays = [output.categories, output.integers, output.labels, ...output.distinct];
  return { output, transfer: arrays.map(({ buffer }) => buffer as ArrayBuffer) };
});

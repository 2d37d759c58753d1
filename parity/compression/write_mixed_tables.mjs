/**
 * Reads a mixed-precision checkpoint and writes it again, unchanged and for FBGEMM, for mixed_precision.py to read back:
 * node parity/compression/write_mixed_tables.mjs CHECKPOINT OUTPUT_FOLDER. Needs the build.
 */
import { join } from 'node:path';
import {
  loadModelTensors,
  saveFbgemmTables,
  saveMixedCheckpoint,
} from '../../packages/tensor-files/dist/index.js';

const [checkpoint, output] = process.argv.slice(2);
const entries = Object.entries(await loadModelTensors(checkpoint));
const state = {
  tables: Object.fromEntries(entries.filter(([, value]) => 'gatherRows' in value)),
  tensors: Object.fromEntries(entries.filter(([, value]) => 'data' in value)),
};
await saveMixedCheckpoint(join(output, 'mixed.safetensors'), state);
// FBGEMM's kernels do not read projected rows.
const served = Object.entries(state.tables).filter(([, table]) => table.parts().projection === undefined);
await saveFbgemmTables(join(output, 'fbgemm.safetensors'), { ...state, tables: Object.fromEntries(served) });

/**
 * Reads every golden checkpoint with our loadCheckpoint and rewrites it in all formats that we write, for
 * checkpoints.py to read back: node parity/checkpoints/write_checkpoints.mjs GOLDEN_FOLDER OUTPUT_FOLDER. Needs the build.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { SparseTable } from '../../packages/data-sparsifier/dist/index.js';
import { loadCheckpoint, saveCheckpoint, saveSparseCheckpoint } from '../../packages/dlrm/dist/index.js';

const [golden, output] = process.argv.slice(2);
for (const file of readdirSync(golden).filter((name) => /\.(ckpt|pth?|safetensors|npz|zip)$/.test(name))) {
  const kept = await loadCheckpoint(join(golden, file));
  const folder = join(output, file);
  for (const format of ['ckpt', 'safetensors']) await saveCheckpoint(join(folder, `kept.${format}`), kept);
  // The same values as float32; tied weights stay tied.
  const stateDict = Object.fromEntries(
    Object.entries(kept).map(([name, { data, shape }]) => [name, { data, shape }]),
  );
  for (const format of ['ckpt', 'safetensors', 'npz']) {
    await saveCheckpoint(join(folder, `model.${format}`), stateDict);
  }
  const isTable = ([, { shape }]) => shape.length === 2 && shape[1] > 0;
  const tables = Object.entries(stateDict).filter(isTable);
  for (const blockWidth of [1, 4]) {
    await saveSparseCheckpoint(join(folder, `sparse-${blockWidth}.safetensors`), {
      tables: Object.fromEntries(
        tables.map(([name, table]) => [name, SparseTable.fromDense({ table, blockWidth })]),
      ),
      tensors: Object.fromEntries(Object.entries(stateDict).filter((entry) => !isTable(entry))),
    });
  }
}

import { stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { embeddingTableNames, loadCheckpoint, saveCheckpoint } from '@ds/dlrm';
import { pruneTables } from './prune-tables.js';
import { gzippedSize } from './gzipped-size.js';

const sample = new URL(
  '../../../packages/test-support/test/golden/original-run/criteo_model.ckpt',
  import.meta.url,
);

const options = {
  'model-path': { type: 'string', default: fileURLToPath(sample) },
  output: { type: 'string', default: 'pruned.ckpt' },
  'sparsity-level': { type: 'string', default: '0.9' },
  'sparse-block-shape': { type: 'string', default: '1x4' },
  norm: { type: 'string', default: 'L1' },
  table: { type: 'string', multiple: true },
};

async function main() {
  const { values } = parseArgs({ options });
  const { 'model-path': modelPath, output, 'sparsity-level': level, 'sparse-block-shape': shape } = values;
  const stateDict = await loadCheckpoint(modelPath);
  const names = values.table ?? embeddingTableNames(stateDict);
  if (names.length === 0) {
    throw new Error(
      `${modelPath}: expected embedding tables called emb_l.0.weight (facebookresearch/dlrm) or ` +
        `...embedding_bags.NAME.weight (TorchRec), found ${Object.keys(stateDict).slice(0, 5).join(', ')}, ...; ` +
        'name yours with --table',
    );
  }
  const unknown = names.find((name) => !stateDict[name]);
  if (unknown) {
    throw new Error(
      `--table ${unknown}: no such tensor; the tensors are ${Object.keys(stateDict).join(', ')}`,
    );
  }
  const tables = pruneTables(Object.fromEntries(names.map((name) => [name, stateDict[name]])), {
    sparsityLevel: level.trim() === '' ? NaN : Number(level),
    sparseBlockShape: shape.split('x').map(Number),
    norm: values.norm,
  });
  await saveCheckpoint(output, stateDict);

  const line = (name, ...cells) =>
    console.log(name.padEnd(width), cells.map((cell) => String(cell).padStart(12)).join(' '));
  const width = Math.max(...names.map((name) => name.length));
  line('table', 'shape', 'zeros', 'bytes', 'kept sparse');
  for (const { name, shape, zeros, values, sparseBytes } of tables)
    line(name, shape.join('x'), percent(zeros / values), 4 * values, sparseBytes);
  const sum = (field) => tables.reduce((total, table) => total + table[field], 0);
  line('all tables', '', percent(sum('zeros') / sum('values')), 4 * sum('values'), sum('sparseBytes'));
  console.log();
  for (const [title, path] of Object.entries({ 'model in': modelPath, 'model out': output })) {
    const { size } = await stat(path);
    console.log(`${title}: ${size} bytes, ${await gzippedSize(path)} with gzip`);
  }
}

function percent(share) {
  return `${(100 * share).toFixed(1)}%`;
}

await main().catch((error) => {
  console.error(`error: ${error.message}`);
  process.exitCode = error.code?.startsWith('ERR_PARSE_ARGS') ? 2 : 1;
});

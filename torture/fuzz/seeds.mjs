// The small files that are damaged, each with the reader whose errors and values are judged.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import {
  activationSparsitySchema,
  forwardTimeSchema,
  frontierColumns,
  memoryUseSchema,
  readFrontier,
  readModelMetrics,
  readResultsCsv,
  readSparseModelMetadata,
  writeResultsCsv,
} from '@ds/bench-models';
import { readRunInfo } from '@ds/bench-report';
import { openCriteoDataset, preprocessCriteo, readIdDictionaries } from '@ds/criteo-data';
import { readNpz } from '@ds/criteo-data/npz';
import { loadCheckpoint, saveSparseCheckpoint } from '@ds/tensor-files';
import { SparseTable } from '@ds/data-sparsifier';

const packages = join(process.cwd(), 'packages');
const checkpoints = join(packages, 'tensor-files/test/golden/checkpoints');
const results = join(packages, 'bench-report/test/golden/upstream-run');
const preprocessing = join(packages, 'criteo-data/test/golden/preprocessing/13-rows');

const bytesOf = ({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength);
const jsonOf = (value) => Buffer.from(JSON.stringify(value));

/** The names, shapes and values of tensors, one after another. */
export function tensorBytes(tensors) {
  return Buffer.concat(
    Object.entries(tensors).flatMap(([name, { data, shape }]) => [jsonOf([name, shape]), bytesOf(data)]),
  );
}

/** The rows of all splits of a processed file. */
async function readDataset(processedDataFile) {
  const found = [];
  for (const split of ['train', 'validation', 'test']) {
    const dataset = await openCriteoDataset({ processedDataFile, split });
    try {
      found.push(jsonOf([dataset.length, [...dataset.counts]]));
      for await (const batch of dataset.batches({ batchSize: 100 })) {
        found.push(bytesOf(batch.dense), bytesOf(batch.sparse), bytesOf(batch.labels));
      }
    } finally {
      await dataset.close();
    }
  }
  return Buffer.concat(found);
}

/** What preprocessing makes of raw rows. */
async function readRaw(rawDataFile, folder) {
  const processedDataFile = join(folder, 'processed.npz');
  const { dayCounts } = await preprocessCriteo({ rawDataFile, processedDataFile, threads: 1 });
  return Buffer.concat([jsonOf(dayCounts), readFileSync(processedDataFile)]);
}

const schemas = {
  activation_sparsity: activationSparsitySchema,
  dlrm_forward_time_info: forwardTimeSchema,
  model_memory_info: memoryUseSchema,
};
const csvReaders = {
  sparse_model_metadata: readSparseModelMetadata,
  sparse_model_metrics: readModelMetrics,
  compression_frontier: readFrontier,
};

async function readCsv(name, path) {
  const schema = schemas[name];
  return jsonOf(await (schema ? readResultsCsv(path, schema) : csvReaders[name](path)));
}

const measured = {
  ...{ seed: 1, tableBytes: 1000, bytesPerRow: 2, memoryRatio: 32, rocAuc: 0.77, aucChange: -1e-5 },
  ...{ aucChangeLower: -2e-5, aucChangeUpper: 1e-5, logLoss: 0.45, logLossChange: 1e-6 },
  ...{ validationRocAuc: 0.76, validationAucChange: -3e-5, lookupNs: 12.5 },
  ...{ compressSeconds: 0.1, calibrationRows: 0, calibrationSeconds: 0 },
};
const frontierRows = [
  { method: 'block-norm', norm: 'L1', sparseBlockShape: [1, 4], sparsityLevel: 0.9, ...measured },
  {
    method: 'mixed-precision',
    ratio: 8,
    wantedRatio: 8,
    ...measured,
    path: 'best/model.safetensors',
    fileBytes: 1500,
  },
];

/**
 * Each seed: its name, the extension of its cases, its bytes, how it is read, whether a checksum covers all of it that counts, so
 * that no change can pass unnoticed, and how often it is taken.
 */
export async function makeSeeds(folder) {
  const seeds = [];
  const add = (name, bytes, read, hasChecksums, weight = 4) => {
    const extension = /\.[a-z]+(\.gz)?$/.exec(name)[0];
    seeds.push({ name, extension, bytes, read, hasChecksums, weight });
  };
  const readTensors = async (path) => tensorBytes(await loadCheckpoint(path));
  for (const name of readdirSync(checkpoints).sort()) {
    if (!/\.(pt|pth|ckpt|safetensors|npz|zip)$/.test(name)) continue;
    const read = name.endsWith('.npz') ? async (path) => tensorBytes(await readNpz(path)) : readTensors;
    const hasChecksums = !name.endsWith('.safetensors') && name !== 'without-checksums.pt';
    add(name, readFileSync(join(checkpoints, name)), read, hasChecksums);
  }
  const mixed = join(packages, 'tensor-files/test/golden/mixed-precision/model.safetensors');
  add('mixed.safetensors', readFileSync(mixed), readTensors, false);
  const sparse = join(folder, 'sparse.safetensors');
  const data = Float32Array.from({ length: 60 }, (_, at) => (at % 3 === 0 ? at : 0));
  await saveSparseCheckpoint(sparse, {
    tables: { 'emb_l.0.weight': SparseTable.fromDense({ table: { data, shape: [15, 4] }, blockWidth: 2 }) },
    tensors: { 'bot_l.0.bias': { data: Float32Array.of(1, 2), shape: [2] } },
  });
  add('sparse.safetensors', readFileSync(sparse), readTensors, false);

  for (const name of readdirSync(results).sort()) {
    add(name, readFileSync(join(results, name)), (path) => readCsv(name.replace('.csv', ''), path), false);
  }
  const frontier = join(folder, 'frontier.csv');
  await writeResultsCsv({
    path: frontier,
    columns: frontierColumns({ isTrained: false }),
    makeRows: async () => frontierRows,
  });
  add(
    'compression_frontier.csv',
    readFileSync(frontier),
    (path) => readCsv('compression_frontier', path),
    false,
  );
  const info = {
    settings: { rows: 2000, seed: 1, engine: 'onnx:cpu' },
    machine: { cpu: 'x' },
    notes: ['a note'],
  };
  add('run.json', jsonOf(info), async (path) => jsonOf(await readRunInfo(path)), false);

  const rows = readFileSync(join(preprocessing, 'train.txt'));
  const readRows = (path) => readRaw(path, folder);
  // Preprocessing takes longer than any other reading.
  add('rows.txt', rows, readRows, false, 1);
  add('rows.txt.gz', gzipSync(rows), readRows, true, 1);
  add('processed.npz', readFileSync(join(preprocessing, 'processed.npz')), readDataset, true);
  const raw = join(folder, 'seed.txt');
  writeFileSync(raw, rows);
  const { dictionariesFile } = await preprocessCriteo({
    ...{ rawDataFile: raw, processedDataFile: join(folder, 'seed.npz'), threads: 1 },
  });
  const readDictionaries = async (path) => {
    // Without the text of where the categories come from: the comment of an archive has no checksum.
    const { values, fingerprint } = await readIdDictionaries(path);
    return jsonOf([values.map((column) => [...column]), fingerprint]);
  };
  add('dictionaries.npz', readFileSync(dictionariesFile), readDictionaries, true);
  return seeds;
}

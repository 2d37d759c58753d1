import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DataNormSparsifier, SparseTable, type EmbeddingTable } from '@ds/data-sparsifier';
import { openCriteoDataset } from '@ds/criteo-data';
import { Dlrm, embeddingTableNames, loadCheckpoint, saveCheckpoint, type StateDict } from '@ds/dlrm';
import { measureTables, tableImportance } from '@ds/table-compression';
import { trainedModels, type TrainedModel } from '../../inputs/trained-models.js';
import { temporaryFolder } from '../../inputs/temporary-folder.js';
import { frontierLines, printFrontier, type FrontierRow } from '../../measuring/frontier-table.js';
import { TestRows } from '../../measuring/judged-model.js';
import { fbgemmPython, python } from '../../measuring/machine.js';
import { PythonRival } from '../../measuring/python-rival.js';

// The tables of the same trained models, compressed by us and by others without retraining, evaluated in the same way.
// Each is also compared with ours at its own bytes, on the same test rows.
const ratios = [56, 100, 200, 300, 400, 600, 1000];
const levels = [0.5, 0.9, 0.95, 0.98, 0.99];
const calibrationRows = 100_000;
const pythons = { fbgemm: fbgemmPython, others: python };

/** What a rival says of a model that it wrote; nothing after its last one. */
interface Answer {
  label?: string;
  bytes: number;
  /** What it needs in addition to the tables. */
  needs: string;
  seconds: number;
}

const folder = temporaryFolder();
const lines: string[] = [];
for (const model of trainedModels()) await compare(model);
await writeFile(fileURLToPath(new URL('../frontier.csv', import.meta.url)), lines.join(''));

async function compare({ name, modelPath, dataPath }: TrainedModel): Promise<void> {
  const state = await loadCheckpoint(modelPath);
  const names = embeddingTableNames(state);
  const tables = Object.fromEntries(names.map((table) => [table, state[table]!]));
  const tableRows = names.reduce((sum, table) => sum + tables[table]!.shape[0]!, 0);
  const test = await TestRows.open({ modelPath, dataPath });
  const base = await test.judge(state);
  const rows: FrontierRow[] = [];

  const { importance, seconds: calibrationSeconds } = await timed(() => calibrate(modelPath, dataPath));
  const { measured, seconds: measuringSeconds } = await timed(() => ({
    measured: measureTables({ tables, importance }),
  }));
  const oursAt = async (bytes: number) => {
    const { small, seconds } = await timed(() => ({ small: measured.compress({ bytes }) }));
    return { judged: await test.judge({ ...state, ...small }), bytes: bytesOf(small), seconds };
  };
  for (const ratio of ratios) {
    const { judged, bytes, seconds } = await oursAt(measured.denseBytes / ratio);
    rows.push({
      method: `ours, ${ratio}x`,
      calibration: `${calibrationRows} rows`,
      ...{ judged, bytes },
      seconds: calibrationSeconds + measuringSeconds + seconds,
    });
  }

  const add = async (row: Omit<FrontierRow, 'ours'>) => {
    rows.push({ ...row, ours: (await oursAt(row.bytes)).judged });
    process.stderr.write(`${name}: ${row.method}\n`);
  };
  for (const level of levels) {
    const { sparse, seconds } = await timed(() => ({ sparse: prunedByNorm(tables, level) }));
    const judged = await test.judge({ ...state, ...sparse });
    const method = `per-table block norm (the original), L1, (1, 1), level ${level}`;
    await add({ method, calibration: 'none', bytes: bytesOf(sparse), judged, seconds });
  }
  const accesses = join(folder, 'accesses.bin');
  const counts = names.map((table) => importance[table]!.accesses);
  await writeFile(accesses, Buffer.concat(counts.map((own) => new Uint8Array(own.buffer))));
  const output = join(folder, 'compressed.ckpt');
  // Tensors only, whatever else the checkpoint holds.
  const plainPath = join(folder, 'model.ckpt');
  await saveCheckpoint(plainPath, state);
  for (const [ways, python] of Object.entries(pythons)) {
    const settings = { threads: 2, modelPath: plainPath, accesses, output, ways };
    const rival = await PythonRival.start('compressed_tables', settings, { python });
    for (;;) {
      await rival.run();
      const answer = JSON.parse(await readFile(`${output}.json`, 'utf8')) as Answer;
      if (answer.label === undefined) break;
      const judged = await test.judge(await loadCheckpoint(output));
      await add({ ...answer, method: answer.label, calibration: answer.needs, judged });
    }
    rival.stop();
  }
  await test.close();
  const comparison = { name, base, rows, tableRows, denseBytes: measured.denseBytes };
  printFrontier(comparison);
  lines.push(...frontierLines(comparison, { withHeader: lines.length === 0 }));
}

async function calibrate(modelPath: string, dataPath: string) {
  const dataset = await openCriteoDataset({ processedDataFile: dataPath, split: 'train' });
  const model = await Dlrm.load(modelPath);
  try {
    return { importance: await tableImportance({ model, dataset, calibrationRows, seed: 1 }) };
  } finally {
    await model.dispose();
    await dataset.close();
  }
}

/** The original's pruning: each table to the same level, by the L1 norm of single values. */
function prunedByNorm(tables: StateDict, level: number): Record<string, SparseTable> {
  const sparsifier = new DataNormSparsifier({ sparsityLevel: level, sparseBlockShape: [1, 1], norm: 'L1' });
  const copies = Object.entries(tables).map(([name, { data, shape }]) => {
    const table = { data: data.slice(), shape };
    sparsifier.addData(name, table);
    return [name, table] as const;
  });
  sparsifier.step();
  sparsifier.squashMask();
  return Object.fromEntries(
    copies.map(([name, table]) => [name, SparseTable.fromDense({ table, blockWidth: 1 })]),
  );
}

function bytesOf(tables: Readonly<Record<string, EmbeddingTable>>): number {
  return Object.values(tables).reduce((sum, { byteLength }) => sum + byteLength, 0);
}

async function timed<Result extends object>(
  work: () => Result | Promise<Result>,
): Promise<Result & { seconds: number }> {
  const start = performance.now();
  const result = await work();
  return { ...result, seconds: (performance.now() - start) / 1000 };
}

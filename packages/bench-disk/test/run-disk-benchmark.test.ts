import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { DataNormSparsifier, SparseTable } from '@ds/data-sparsifier';
import { embeddingTableNames, loadCheckpoint, loadSparseCheckpoint, saveCheckpoint } from '@ds/tensor-files';
import { fileSource, openZip } from '@ds/files';
import { builtFile, originalModel as modelPath, originalRun, temporaryFolder } from '@ds/test-support';
import { readSparseModelMetadata, type SparseModelMetadata } from '@ds/bench-models';
import { parse } from 'csv-parse/sync';
import type { runDiskBenchmark } from '../src/index.js';

const root = temporaryFolder();
const built = pathToFileURL(builtFile(join(__dirname, '../dist/index.js'))).href;

async function emptyFolder(): Promise<string> {
  return mkdtemp(join(root, 'run-'));
}

/** Runs the built package in a process of its own, since its threads need the built worker files. */
async function runBuilt(options: Parameters<typeof runDiskBenchmark>[0]): Promise<SparseModelMetadata[]> {
  const program = `
    import { runDiskBenchmark } from ${JSON.stringify(built)};
    const calls = [];
    const rows = await runDiskBenchmark({
      ...${JSON.stringify(options)},
      onProgress: (done, total) => calls.push(done + '/' + total),
    });
    console.log(JSON.stringify({ rows, calls }));`;
  const file = `${options.output}.mjs`;
  await writeFile(file, program);
  const { stdout, stderr } = spawnSync(process.execPath, [file], { encoding: 'utf8' });
  expect(stderr).toBe('');
  const { rows, calls } = JSON.parse(stdout) as { rows: SparseModelMetadata[]; calls: string[] };
  expect(calls).toEqual(Array.from({ length: rows.length + 1 }, (_, done) => `${done}/${rows.length}`));
  expect(await readSparseModelMetadata(options.output)).toEqual(rows);
  return rows;
}

/** The input's tables pruned one model at a time, by the sparsifier that the sweep must agree with. */
async function prunedBySparsifier({ norm, sparseBlockShape, sparsityLevel }: SparseModelMetadata) {
  const stateDict = await loadCheckpoint(modelPath);
  const sparsifier = new DataNormSparsifier({ norm, sparseBlockShape, sparsityLevel });
  for (const name of embeddingTableNames(stateDict)) sparsifier.addData(name, stateDict[name]!);
  sparsifier.step();
  sparsifier.squashMask();
  return stateDict;
}

const bytesOf = (data: Float32Array) => Buffer.from(data.buffer, data.byteOffset, data.byteLength);

describe('runDiskBenchmark', () => {
  test("writes the original's 60 models, none larger than its own by more than 1 %", async () => {
    const folder = await emptyFolder();
    const output = join(folder, 'sparse_model_metadata.csv');
    const rows = await runBuilt({ modelPath, dumpPath: join(folder, 'dump'), output });

    const expected = parse(await readFile(join(originalRun, 'sizes.csv')), { columns: true }) as Record<
      string,
      string
    >[];
    expect(
      rows.map(({ norm, sparseBlockShape, sparsityLevel }) => [
        norm,
        `(${sparseBlockShape!.join(', ')})`,
        sparsityLevel,
      ]),
    ).toEqual(expected.map((row) => [row['norm'], row['sparse_block_shape'], Number(row['sparsity_level'])]));
    for (const [index, row] of rows.entries()) {
      expect(row.bytes).toBe((await stat(row.path!)).size);
      expect(row.zipFileSize).toBe(0);
      expect(row.bytes!).toBeLessThanOrEqual(1.01 * Number(expected[index]!['bytes']));
    }
  });

  test('dumps what the sparsifier gives, in files named as the original names them', async () => {
    const folder = await emptyFolder();
    const dumpPath = join(folder, 'dump');
    const rows = await runBuilt({
      modelPath,
      dumpPath,
      output: join(folder, 'metadata.csv'),
      sparsityLevels: [1, 0.5, 0],
      allCombinations: true,
    });
    expect(rows.map(({ path }) => path)).toEqual(
      ['L1', 'L2'].flatMap((norm) =>
        ['(1, 1)', '(1, 4)'].flatMap((shape) =>
          ['1.0', '0.5', '0.0'].map((level) =>
            join(dumpPath, norm, `config_${shape}`, `criteo_model_norm=${norm}_sl=${level}.zip`),
          ),
        ),
      ),
    );
    for (const row of rows) {
      const source = await fileSource(row.path!);
      const entries = [...(await openZip(source)).entries.values()];
      expect(entries.map(({ name, compression }) => [name, compression])).toEqual([
        [row.path!.replace(/.*\//, '').replace(/zip$/, 'ckpt'), 'deflated'],
      ]);
      await source.close();
      const dumped = await loadCheckpoint(row.path!);
      const expected = await prunedBySparsifier(row);
      expect(Object.keys(dumped)).toEqual(Object.keys(expected));
      for (const [name, { data, shape }] of Object.entries(expected)) {
        expect(dumped[name]!.shape).toEqual(shape);
        // Bytes, because a pruned value is +0 and not -0.
        expect({ name, isEqual: bytesOf(dumped[name]!.data).equals(bytesOf(data)) }).toEqual({
          name,
          isEqual: true,
        });
      }
    }
  });

  test('gives the same bytes whatever the number of threads', async () => {
    const folder = await emptyFolder();
    const dumps = await Promise.all(
      [1, 3].map((threads) =>
        runBuilt({
          modelPath,
          dumpPath: join(folder, `${threads}`),
          output: join(folder, `${threads}.csv`),
          sparsityLevels: [0.9],
          norms: ['L1'],
          threads,
        }),
      ),
    );
    const bytes = await Promise.all(
      dumps.map((rows) => Promise.all(rows.map(({ path }) => readFile(path!)))),
    );
    expect(bytes[0]).toEqual(bytes[1]);
  });

  test('a failure while the files of another model are being opened leaves none of them', async () => {
    const folder = await emptyFolder();
    const dumpPath = join(folder, 'dump');
    const [row] = await runBuilt({
      modelPath,
      dumpPath,
      output: join(folder, 'whole.csv'),
      sparsityLevels: [0.5],
      norms: ['L1'],
      sparseBlockShapes: [[1, 4]],
    });
    // The first model cannot get its name, which shows when the second one is on its way to be opened.
    await rm(row!.path!);
    await mkdir(row!.path!);
    const program = join(folder, 'fails.mjs');
    await writeFile(
      program,
      `
      import fs from 'node:fs/promises';
      import { syncBuiltinESMExports } from 'node:module';
      const { open } = fs;
      fs.open = async (path, flags) => {
        if (flags === 'wx') await new Promise((resolve) => setTimeout(resolve, 500));
        return open(path, flags);
      };
      syncBuiltinESMExports();
      const { runDiskBenchmark } = await import(${JSON.stringify(built)});
      const { modelPath, dumpPath, output } = ${JSON.stringify({ modelPath, dumpPath, output: join(folder, 'none.csv') })};
      const grid = { sparsityLevels: [0.5, 0.6], norms: ['L1'], sparseBlockShapes: [[1, 4]] };
      await runDiskBenchmark({ modelPath, dumpPath, output, ...grid, threads: 2 }).catch(async ({ message }) => {
        await new Promise((resolve) => setTimeout(resolve, 1000));
        const files = await fs.readdir(dumpPath, { recursive: true });
        console.log(JSON.stringify({ message, left: files.filter((file) => file.endsWith('.tmp')) }));
      });`,
    );
    const { stdout, stderr } = spawnSync(process.execPath, [program], { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual({ message: `cannot write ${row!.path}: it is a folder`, left: [] });
  });

  test('dumps safetensors from safetensors', async () => {
    const folder = await emptyFolder();
    const input = join(folder, 'model.safetensors');
    await saveCheckpoint(input, await loadCheckpoint(modelPath));
    const [row] = await runBuilt({
      modelPath: input,
      dumpPath: folder,
      output: join(folder, 'metadata.csv'),
      sparsityLevels: [0],
      norms: ['L1'],
    });
    const source = await fileSource(row!.path!);
    expect([...(await openZip(source)).entries.keys()]).toEqual(['criteo_model_norm=L1_sl=0.0.safetensors']);
    await source.close();
    expect(Object.keys(await loadCheckpoint(row!.path!))).toHaveLength(26 + 8);
  });

  test('dumps sparse checkpoints that load into the same tables, next to the dense ones or alone', async () => {
    const folder = await emptyFolder();
    const grid = { modelPath, sparsityLevels: [0, 0.9], norms: ['L1'] };
    const both = await runBuilt({
      ...grid,
      dumpPath: join(folder, 'both'),
      output: join(folder, 'both.csv'),
      format: 'both',
    });
    const alone = await runBuilt({
      ...grid,
      dumpPath: join(folder, 'alone'),
      output: join(folder, 'alone.csv'),
      format: 'sparse',
    });
    for (const [index, row] of both.entries()) {
      const { sparsePath, sparseBytes } = row;
      expect(sparsePath).toBe(row.path!.replace(/zip$/, 'sparse.zip'));
      expect(sparseBytes).toBe((await stat(sparsePath!)).size);
      expect(alone[index]!.path).toBe(alone[index]!.sparsePath);
      expect(await readFile(alone[index]!.path!)).toEqual(await readFile(sparsePath!));
      const { tables, tensors } = await loadSparseCheckpoint(sparsePath!);
      const dense = await loadCheckpoint(row.path!);
      for (const [name, { data }] of Object.entries(dense)) {
        const loaded =
          name in tables ? SparseTable.fromBitmaps(tables[name]!).toDense() : tensors[name]!.data;
        expect({ name, isEqual: bytesOf(loaded).equals(bytesOf(data)) }).toEqual({
          name,
          isEqual: true,
        });
      }
    }
    expect(both[1]!.sparseBytes!).toBeLessThan(both[1]!.bytes!);
  });
});

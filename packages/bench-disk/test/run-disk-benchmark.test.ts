import { mkdtemp, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataNormSparsifier } from '@ds/data-sparsifier';
import { embeddingTableNames, loadCheckpoint, saveCheckpoint } from '@ds/dlrm';
import { fileSource, openZip } from '@ds/files';
import { parse } from 'csv-parse/sync';
import { readSparseModelMetadata, runDiskBenchmark, type SparseModelMetadata } from '../src/index.js';

const originalRun = join(__dirname, '../../bench-metrics/test/golden/original-run');
const modelPath = join(originalRun, 'criteo_model.ckpt');

async function emptyFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'bench-disk-'));
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

describe('runDiskBenchmark', () => {
  test("writes the original's 60 models, none larger than its own by more than 1 %", async () => {
    const folder = await emptyFolder();
    const output = join(folder, 'sparse_model_metadata.csv');
    const progress: number[][] = [];
    const rows = await runDiskBenchmark({
      modelPath,
      dumpPath: join(folder, 'dump'),
      output,
      onProgress: (done, total) => progress.push([done, total]),
    });
    expect(rows).toEqual(await readSparseModelMetadata(output));
    expect(progress).toEqual(Array.from({ length: 61 }, (_, done) => [done, 60]));

    const expected = parse(await readFile(join(originalRun, 'sizes.csv')), { columns: true }) as Record<
      string,
      string
    >[];
    expect(
      rows.map(({ norm, sparseBlockShape, sparsityLevel }) => [
        norm,
        `(${sparseBlockShape.join(', ')})`,
        sparsityLevel,
      ]),
    ).toEqual(expected.map((row) => [row['norm'], row['sparse_block_shape'], Number(row['sparsity_level'])]));
    for (const [index, row] of rows.entries()) {
      expect(row.bytes).toBe((await stat(row.path)).size);
      expect(row.zipFileSize).toBe(0);
      expect(row.bytes!).toBeLessThanOrEqual(1.01 * Number(expected[index]!['bytes']));
    }
  });

  test('dumps what the sparsifier gives, in files named as the original names them', async () => {
    const folder = await emptyFolder();
    const dumpPath = join(folder, 'dump');
    const rows = await runDiskBenchmark({
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
      const source = await fileSource(row.path);
      const entries = [...(await openZip(source)).entries.values()];
      expect(entries.map(({ name, compression }) => [name, compression])).toEqual([
        [row.path.replace(/.*\//, '').replace(/zip$/, 'ckpt'), 'deflated'],
      ]);
      await source.close();
      const dumped = await loadCheckpoint(row.path);
      const expected = await prunedBySparsifier(row);
      expect(Object.keys(dumped)).toEqual(Object.keys(expected));
      for (const [name, { data, shape }] of Object.entries(expected)) {
        expect(dumped[name]!.shape).toEqual(shape);
        // Bytes, because a pruned value is +0 and not -0.
        expect(
          Buffer.from(dumped[name]!.data.buffer, dumped[name]!.data.byteOffset, 4 * data.length),
        ).toEqual(Buffer.from(data.buffer, data.byteOffset, 4 * data.length));
      }
    }
  });

  test('gives the same bytes whatever the number of threads', async () => {
    const folder = await emptyFolder();
    const dumps = await Promise.all(
      [1, 3].map((threads) =>
        runDiskBenchmark({
          modelPath,
          dumpPath: join(folder, `${threads}`),
          output: join(folder, `${threads}.csv`),
          sparsityLevels: [0.9],
          norms: ['L1'],
          threads,
        }),
      ),
    );
    const bytes = await Promise.all(dumps.map((rows) => Promise.all(rows.map(({ path }) => readFile(path)))));
    expect(bytes[0]).toEqual(bytes[1]);
  });

  test('dumps safetensors from safetensors', async () => {
    const folder = await emptyFolder();
    const input = join(folder, 'model.safetensors');
    await saveCheckpoint(input, await loadCheckpoint(modelPath));
    const [row] = await runDiskBenchmark({
      modelPath: input,
      dumpPath: folder,
      output: join(folder, 'metadata.csv'),
      sparsityLevels: [0],
      norms: ['L1'],
    });
    const source = await fileSource(row!.path);
    expect([...(await openZip(source)).entries.keys()]).toEqual(['criteo_model_norm=L1_sl=0.0.safetensors']);
    await source.close();
    expect(Object.keys(await loadCheckpoint(row!.path))).toHaveLength(26 + 8);
  });

  test('refuses a bad grid before anything is written', async () => {
    const folder = await emptyFolder();
    const output = join(folder, 'metadata.csv');
    await writeFile(output, 'earlier');
    await expect(
      runDiskBenchmark({ modelPath, dumpPath: join(folder, 'dump'), output, sparsityLevels: [1.5] }),
    ).rejects.toThrow('sparsity level: expected a number from 0 to 1, found 1.5');
    expect(await readdir(folder)).toEqual(['metadata.csv']);
    expect(await readFile(output, 'utf8')).toBe('earlier');
  });
});

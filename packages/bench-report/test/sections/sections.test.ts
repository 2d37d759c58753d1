import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReportInputs } from '../../src/sections/section.js';
import { readSections } from '../../src/sections/sections.js';
import { inputs } from '../inputs.js';
import { withTemporaryFolder } from '../temporary-folder.js';

const metadataHeader = 'norm,sparse_block_shape,sparsity_level,step_time_sec,zip_file_size,path';

/** The rows of each section by its id. */
async function rowsOf(files: ReportInputs): Promise<Record<string, readonly object[] | undefined>> {
  return Object.fromEntries((await readSections(files)).map(({ section, rows }) => [section.id, rows]));
}

async function readMetadata(content: string): ReturnType<typeof rowsOf> {
  return withTemporaryFolder(async (folder) => {
    const path = join(folder, 'metadata.csv');
    await writeFile(path, content);
    return rowsOf({ sparseModelMetadata: path });
  });
}

test('reads the tables of a run of the original', async () => {
  const { size, quality, forward, memory } = await rowsOf(inputs);
  expect(size).toHaveLength(60);
  expect(size![1]).toEqual({
    norm: 'L1',
    sparseBlockShape: [1, 1],
    sparsityLevel: 0.1,
    stepTimeSec: 1.3191578388214111,
    zipFileSize: 5,
    bytes: 5656413,
    path: expect.stringMatching(/criteo_model_norm=L1_sl=0\.1\.zip$/),
  });
  expect(quality).toHaveLength(60);
  expect(quality![0]).toMatchObject({ rocAuc: 0.6395031913058479 });
  expect(forward).toHaveLength(120);
  expect(forward![0]).toEqual({
    norm: 'L1',
    sparseBlockShape: [1, 1],
    sparsityLevel: 0,
    timeTaken: 2.5,
    dlrmType: 'with_torch_sparse',
  });
  expect(memory).toHaveLength(120);
  expect(memory![60]).toEqual({
    norm: 'L1',
    sparseBlockShape: [1, 1],
    sparsityLevel: 0,
    dlrmType: 'sparse_tables',
    tableBytes: 4500000,
    residentBytes: 47000000,
    peakResidentBytes: 56000000,
    loadTimeSec: 0.25,
    batchSize: 16384,
  });
});

test('takes a file of the original, which has no bytes', async () => {
  const { size, quality, forward } = await readMetadata(`${metadataHeader}\nL2,"(1, 4)",0.5,0.1,12,/x.zip\n`);
  expect(size).toEqual([
    {
      norm: 'L2',
      sparseBlockShape: [1, 4],
      sparsityLevel: 0.5,
      stepTimeSec: 0.1,
      zipFileSize: 12,
      path: '/x.zip',
    },
  ]);
  expect(quality).toBeUndefined();
  expect(forward).toBeUndefined();
});

test('a metric that is not defined has an empty cell', async () => {
  await withTemporaryFolder(async (folder) => {
    const path = join(folder, 'metrics.csv');
    await writeFile(
      path,
      'norm,sparse_block_shape,sparsity_level,precision,recall,f1,roc_auc,accuracy,log_loss\nL1,"(1, 1)",0.0,0.5,0.5,0.5,,0.9,0.2\n',
    );
    const { quality } = await rowsOf({ ...inputs, sparseModelMetrics: path });
    expect(quality![0]).not.toHaveProperty('rocAuc');
    expect(quality![0]).toMatchObject({ accuracy: 0.9 });
  });
});

test.each([
  ['', /metadata\.csv: expected a line of column names, found an empty file/],
  [`${metadataHeader}\n`, /metadata\.csv: expected a row for each model, found none/],
  [
    'norm,sparsity_level\nL1,0\n',
    /metadata\.csv: expected the columns norm, .*; missing sparse_block_shape, step_time_sec, zip_file_size, path; found norm, sparsity_level/,
  ],
  [
    `${metadataHeader}\nL1,"(1, 1)",1.5,0.1,5,x\n`,
    /metadata\.csv line 2: sparsity_level: expected a number from 0 to 1, found '1\.5'/,
  ],
  [
    `${metadataHeader}\nL1,1x4,0.5,0.1,5,x\n`,
    /line 2: sparse_block_shape: expected a shape such as \(1, 4\), found '1x4'/,
  ],
  [`${metadataHeader}\nL1,"(1, 1)",0.5,0.1,,x\n`, /line 2: zip_file_size: expected whole MiB, found ''/],
  [`${metadataHeader}\nL1,"(1, 1)",0.5\n`, /metadata\.csv: not a CSV: .*line 2/],
  [
    `${metadataHeader}\nL1,"(1, 1)",0.5,1,5,x\nL1,"(1, 1)",0.50,1,5,y\n`,
    /expected each model once, found two rows of L1, blocks \(1, 1\), level 0\.5/,
  ],
])('refuses %j', async (text, message) => {
  await expect(readMetadata(text)).rejects.toThrow(message);
});

test('names a file that is not there', async () => {
  await expect(readSections({ sparseModelMetadata: '/no/such.csv' })).rejects.toThrow(
    'cannot read /no/such.csv: no such file',
  );
});

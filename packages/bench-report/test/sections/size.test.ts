import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createReport } from '../../src/index.js';
import { withTemporaryFolder } from '../temporary-folder.js';

/** The page, its size chart and the summary of a run of two models with these last four cells. */
async function report(...models: readonly string[]) {
  return withTemporaryFolder(async (outputDir) => {
    const sparseModelMetadata = join(outputDir, 'metadata.csv');
    const header = 'norm,sparse_block_shape,sparsity_level,step_time_sec,zip_file_size,path,bytes';
    const lines = models.map((cells, level) => `L1,"(1, 4)",0.${level},0.1,3,${cells}`);
    await writeFile(sparseModelMetadata, [`${header},sparse_path,sparse_bytes`, ...lines, ''].join('\n'));
    const { table, reportFile } = await createReport({ sparseModelMetadata, outputDir });
    const chart = await readFile(join(outputDir, 'size.svg'), 'utf8');
    return { table, html: await readFile(reportFile, 'utf8'), chart };
  });
}

test('dense models are said to be dense', async () => {
  const { html, table, chart } = await report('a.zip,4096000,,', 'b.zip,2048000,,');
  expect(html).toContain(
    'with its embedding tables dense (pruned values are zeros) and packed into a deflated zip',
  );
  expect(html).not.toContain('tables sparse');
  expect(chart).not.toContain('sparse tables');
  expect(table).not.toContain('sparse zip');
});

test('says how many tables were pruned, and how many of their values are 0', async () => {
  await withTemporaryFolder(async (outputDir) => {
    const sparseModelMetadata = join(outputDir, 'metadata.csv');
    await writeFile(
      sparseModelMetadata,
      'norm,sparse_block_shape,sparsity_level,step_time_sec,zip_file_size,path,bytes,tables,pruned_values\n' +
        'L1,"(1, 4)",0.0,0.1,3,a.zip,4096000,26,0\nL1,"(1, 4)",0.9,0.1,3,b.zip,2048000,26,123456\n',
    );
    const { reportFile } = await createReport({ sparseModelMetadata, outputDir });
    const html = await readFile(reportFile, 'utf8');
    expect(html).toContain('Pruned were 26 embedding tables.');
    expect(html).toMatch(/>values set to 0<[^]*<td class="number">26<\/td><td class="number">123456<\/td>/);
  });
});

test('zips that were only counted are said not to be kept', async () => {
  await withTemporaryFolder(async (outputDir) => {
    const sparseModelMetadata = join(outputDir, 'metadata.csv');
    const notes = async (...paths: readonly string[]) => {
      const lines = paths.map(
        (path, level) => `L1,"(1, 4)",0.${level},0.1,3,${path},4096000,${path ? '' : 7}`,
      );
      const header =
        'norm,sparse_block_shape,sparsity_level,step_time_sec,zip_file_size,path,bytes,tables_crc32';
      await writeFile(sparseModelMetadata, [header, ...lines, ''].join('\n'));
      const { reportFile } = await createReport({ sparseModelMetadata, outputDir });
      return readFile(reportFile, 'utf8');
    };
    expect(await notes('', '')).toContain('The zips were not kept, only their bytes were counted.');
    expect(await notes('', 'b.zip', '')).toContain('2 of the 3 zips were not kept');
    expect(await notes('a.zip', 'b.zip')).not.toContain('not kept');
  });
});

test('sparse models are said to be sparse, in the text and in the chart', async () => {
  const { html, table, chart } = await report('a.zip,4096000,a.zip,4096000', 'b.zip,2048000,b.zip,2048000');
  expect(html).toContain('with its embedding tables sparse (only the kept blocks and bitmaps of them)');
  expect(html).not.toContain('tables dense');
  expect(chart).toContain('sparse tables');
  expect(chart).not.toContain('dense tables');
  expect(table).not.toContain('sparse zip');
});

test('of models that are there in both forms both sizes are shown', async () => {
  const { html, table, chart } = await report(
    'a.zip,4194304,a.sparse.zip,3145728',
    'b.zip,2097152,b.sparse.zip,1048576',
  );
  expect(html).toMatch(
    /tables dense \(pruned values are zeros\), and as one with its embedding tables sparse/,
  );
  expect(html).toContain('each packed into a deflated zip');
  expect(chart).toContain('dense tables');
  expect(chart).toContain('sparse tables');
  expect(chart).toContain('L1, blocks (1, 4), dense tables: 4.00 MiB to 2.00 MiB');
  expect(chart).toContain('L1, blocks (1, 4), sparse tables: 3.00 MiB to 1.00 MiB');
  expect(table).toContain('sparse zip');
  expect(table).toMatch(/0\.1 │ 2\.00 MiB │ +50\.0 % │ +1\.00 MiB/);
  expect(html).toContain('<td class="number">1048576</td>');
});

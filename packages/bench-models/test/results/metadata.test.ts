import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '@ds/test-support';
import { dumpFormatOf } from '../../src/results/dump-format.js';
import { gridPointColumns } from '../../src/results/grid-point-schema.js';
import {
  metadataColumns,
  readSparseModelMetadata,
  sizeColumns,
  type SparseModelMetadata,
} from '../../src/results/metadata.js';
import { writeResultsCsv } from '../../src/results/csv/results-csv.js';

const root = temporaryFolder();
const heading = 'norm,sparse_block_shape,sparsity_level,step_time_sec,zip_file_size,path';

async function csv(text: string): Promise<string> {
  const path = join(await mkdtemp(join(root, 'metadata-')), 'sparse_model_metadata.csv');
  await writeFile(path, text);
  return path;
}

describe('sparse_model_metadata.csv', () => {
  const models: SparseModelMetadata[] = [
    {
      norm: 'L1',
      sparseBlockShape: [1, 4],
      sparsityLevel: 0,
      stepTimeSec: 2,
      zipFileSize: 5,
      path: '/models/L1/config_(1, 4)/criteo_model_norm=L1_sl=0.0.zip',
      bytes: 5915981,
    },
    {
      norm: 'L2',
      sparseBlockShape: [1, 1],
      sparsityLevel: 0.91,
      stepTimeSec: 0.00001,
      zipFileSize: 0,
      path: '/a "quoted", path\nof two lines.zip',
      bytes: 1,
      sparsePath: '/models/m.sparse.zip',
      sparseBytes: 77,
    },
    {
      norm: 'L2',
      sparseBlockShape: [4, 1],
      sparsityLevel: 1,
      stepTimeSec: 1,
      zipFileSize: 0,
      path: '/models/without-bytes.zip',
    },
  ];

  test('is written as pandas writes it, our column last, and reads back', async () => {
    const path = await csv('');
    await writeResultsCsv({ path, columns: metadataColumns, makeRows: async () => models });
    expect((await readFile(path, 'utf8')).split('\n').slice(0, 2)).toEqual([
      `${heading},bytes,sparse_path,sparse_bytes,tables,pruned_values,source_sha256`,
      'L1,"(1, 4)",0.0,2.0,5,"/models/L1/config_(1, 4)/criteo_model_norm=L1_sl=0.0.zip",5915981,,,,,',
    ]);
    expect(await readSparseModelMetadata(path)).toEqual(models);
  });

  test("reads the original's: no bytes, columns in any order, relative paths from the CSV's folder", async () => {
    const path = await csv(
      'path,norm,sparse_block_shape,sparsity_level,step_time_sec,zip_file_size,extra\r\nm.zip,L1,"(1, 1)",1,0.5,2,x\r\n',
    );
    expect(await readSparseModelMetadata(path)).toEqual([
      {
        norm: 'L1',
        sparseBlockShape: [1, 1],
        sparsityLevel: 1,
        stepTimeSec: 0.5,
        zipFileSize: 2,
        path: join(path, '..', 'm.zip'),
      },
    ]);
  });

  test('a model without a file has a checksum, and its sizes tell its format', async () => {
    const path = await csv(
      `${heading},bytes,sparse_bytes,tables_crc32\n` +
        ['90,,7', '90,90,8', '90,80,4294967295'].map((cells, row) => `L1,"(1, 1)",0.${row},1,0,,${cells}\n`).join(''),
    );
    const models = await readSparseModelMetadata(path);
    expect(models.map(({ tablesCrc32 }) => tablesCrc32)).toEqual([7, 8, 4294967295]);
    expect(models.map((model) => 'path' in model)).toEqual([false, false, false]);
    expect(models.map(dumpFormatOf)).toEqual(['dense', 'sparse', 'both']);
    const columns = [...gridPointColumns, ...sizeColumns({ areKept: false })];
    const again = await csv('');
    await writeResultsCsv({ path: again, columns, makeRows: async () => models });
    expect(await readSparseModelMetadata(again)).toEqual(models);
  });

  test('reads models of other methods, which have some of the fields', async () => {
    const path = await csv(
      `${heading},method,bits,ratio\n,,,1,0,m.zip,rows-greedy,4,\n,,0.9,1,0,n.zip,rows-int8,,\n,,,1,0,o.zip,mixed-precision,,56.0\n`,
    );
    const file = { stepTimeSec: 1, zipFileSize: 0 };
    expect(await readSparseModelMetadata(path)).toEqual([
      { ...file, method: 'rows-greedy', bits: 4, path: join(path, '..', 'm.zip') },
      { ...file, method: 'rows-int8', sparsityLevel: 0.9, path: join(path, '..', 'n.zip') },
      { ...file, method: 'mixed-precision', ratio: 56, path: join(path, '..', 'o.zip') },
    ]);
  });

  test.each([
    [',"(1, 4)",0.5,1,1,m,,,', "line 2: norm: expected L1 or L2, found ''"],
    ['L1,"(1, 4)",0.5,1,1,m,rows-int3,,', 'line 2: method: expected access-norm or curvature-access'],
    ['L1,,0.5,1,1,m,access-norm,,', "line 2: sparse_block_shape: expected a shape such as (1, 4), found ''"],
    [',,,1,1,m,rows-nearest,,', "line 2: bits: expected a whole number of at least 1, found ''"],
    [',,,1,1,m,mixed-precision,,', "line 2: ratio: expected a number of at least 1, found ''"],
  ])('refuses the row %j, which lacks a field of its method', async (row, message) => {
    const path = await csv(`${heading},method,bits,ratio\n${row}\n`);
    await expect(readSparseModelMetadata(path)).rejects.toThrow(message);
  });

  test.each([
    ['', 'expected a line of column names, found an empty file'],
    ['norm\nL1\n', 'expected the columns norm, sparse_block_shape, sparsity_level, step_time_sec, zip_file_size, path;'],
    ['norm,path\nL1,m.zip\n', 'missing sparse_block_shape, sparsity_level, step_time_sec, zip_file_size; found norm, path'],
    [`${heading}\n`, 'expected a row for each model, found none'],
    [`${heading}\nL1,"(1, 4)",0.5\n`, 'not a CSV'],
    [`${heading}\nL3,"(1, 4)",0.5,1,1,m\n`, "line 2: norm: expected L1 or L2, found 'L3'"],
    [
      `${heading}\nL1,1x4,0.5,1,1,m\n`,
      "line 2: sparse_block_shape: expected a shape such as (1, 4), found '1x4'",
    ],
    [`${heading}\nL1,"(0, 4)",0.5,1,1,m\n`, "expected a shape such as (1, 4), found '(0, 4)'"],
    [`${heading},bytes\nL1,"(1, 4)",0.5,1,1,m,-1\n`, "line 2: bytes: expected a number of bytes, found '-1'"],
    [
      `${heading}\nL1,"(1, 4)",0.5,1,1,m\nL1,"(1, 4)",2,1,1,m\n`,
      "line 3: sparsity_level: expected a number from 0 to 1, found '2'",
    ],
    [`${heading}\nL1,"(1, 4)",,1,1,m\n`, "sparsity_level: expected a number from 0 to 1, found ''"],
    [`${heading}\nL1,"(1, 4)", ,1,1,m\n`, "sparsity_level: expected a number from 0 to 1, found ' '"],
    [`${heading}\nL1,"(1, 4)",-0.5,1,1,m\n`, "sparsity_level: expected a number from 0 to 1, found '-0.5'"],
    [`${heading}\nL1,"(1, 4)",0.5,x,1,m\n`, "step_time_sec: expected seconds, found 'x'"],
    [`${heading}\nL1,"(1, 4)",0.5,1,1.5,m\n`, "zip_file_size: expected whole MiB, found '1.5'"],
    [`${heading}\nL1,"(1, 4)",0.5,1,-1,m\n`, "zip_file_size: expected whole MiB, found '-1'"],
    [`${heading},bytes\nL1,"(1, 4)",0.5,1,1,m,-1\n`, "line 2: bytes: expected a number of bytes, found '-1'"],
    [
      `${heading},sparse_bytes\nL1,"(1, 4)",0.5,1,1,m,x\n`,
      "line 2: sparse_bytes: expected a number of bytes, found 'x'",
    ],
    [`${heading}\nL1,"(1, 4)",0.5,1,1,\n`, "path: expected the path of a model, found ''"],
    [`${heading},tables_crc32\nL1,"(1, 4)",0.5,1,1,,\n`, "path: expected the path of a model, found ''"],
    [`${heading},tables_crc32\nL1,"(1, 4)",0.5,1,1,,-7\n`, "tables_crc32: expected a CRC-32, found '-7'"],
  ])('refuses %j', async (text, message) => {
    const path = await csv(text);
    await expect(readSparseModelMetadata(path)).rejects.toThrow(message);
    await expect(readSparseModelMetadata(path)).rejects.toThrow(path);
  });

  test('says which file is missing, or is a folder', async () => {
    await expect(readSparseModelMetadata('/nowhere/m.csv')).rejects.toThrow(
      'cannot read /nowhere/m.csv: no such file',
    );
    await expect(readSparseModelMetadata(root)).rejects.toThrow(`cannot read ${root}: expected a file, found a folder`);
  });
});

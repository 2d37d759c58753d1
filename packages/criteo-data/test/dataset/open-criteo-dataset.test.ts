import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ZipWriter } from '@ds/files';
import { openCriteoDataset, readNpz, writeNpz, type CriteoBatch, type CriteoDataset } from '@ds/criteo-data';
import { temporaryFolder } from '@ds/test-support';
import { rowsOfSplit, rowsPerDay, type Split } from '../../src/dataset/day-split.js';

const folder = temporaryFolder();
const processed = join(__dirname, '../golden/preprocessing/criteo-rows/processed.npz');

async function allBatches(dataset: CriteoDataset, options: { batchSize: number; shuffleSeed?: number }) {
  const batches: CriteoBatch[] = [];
  for await (const batch of dataset.batches(options)) batches.push(batch);
  return batches;
}

const rowsOf = (batches: CriteoBatch[]) =>
  batches.flatMap(({ dense, sparse, labels }) =>
    Array.from(labels, (label, row) =>
      [label, ...dense.subarray(13 * row, 13 * row + 13), ...sparse.subarray(26 * row, 26 * row + 26)].join(),
    ),
  );

describe.each([
  ['in memory', undefined],
  ['in a temporary file', 0],
])('rows %s', (_, maxMemory) => {
  it.each<Split>(['train', 'test', 'validation'])('of the split %s are those of the npz', async (split) => {
    const arrays = await readNpz(processed);
    const rows = arrays['y']!.data.length;
    const { start, end } = rowsOfSplit(rowsPerDay(rows), split);
    const dataset = await openCriteoDataset({ processedDataFile: processed, split, maxMemory });
    expect(dataset.length).toBe(end - start);
    expect(dataset.counts).toEqual(arrays['counts']!.data);
    const batches = await allBatches(dataset, { batchSize: 16 });
    expect(batches.map(({ labels }) => labels.length)).toEqual(
      Array.from({ length: Math.ceil((end - start) / 16) }, (__, i) => Math.min(16, end - start - 16 * i)),
    );
    batches.forEach(({ dense, sparse, labels }, batch) => {
      const first = start + 16 * batch;
      const last = first + labels.length;
      const slice = (name: string, width: number) =>
        arrays[name]!.data.slice(first * width, last * width) as Float64Array;
      expect(labels).toEqual(Float32Array.from(slice('y', 1)));
      expect(sparse).toEqual(Int32Array.from(slice('X_cat', 26)));
      expect(dense).toEqual(
        Float32Array.from(slice('X_int', 13), (value) => Math.log(Math.fround(value + 1))),
      );
    });
    await dataset.close();
  });

  it('are shuffled by the seed alone', async () => {
    const dataset = await openCriteoDataset({ processedDataFile: processed, split: 'train', maxMemory });
    const inOrder = rowsOf(await allBatches(dataset, { batchSize: 50 }));
    const shuffled = rowsOf(await allBatches(dataset, { batchSize: 50, shuffleSeed: 4 }));
    expect(shuffled).not.toEqual(inOrder);
    expect([...shuffled].sort()).toEqual([...inOrder].sort());
    expect(rowsOf(await allBatches(dataset, { batchSize: 7, shuffleSeed: 4 }))).toEqual(shuffled);
    expect(rowsOf(await allBatches(dataset, { batchSize: 50, shuffleSeed: 5 }))).not.toEqual(shuffled);
    await dataset.close();
  });
});

it('reads ids of any of the number types, in C order', async () => {
  const arrays = await readNpz(processed);
  const path = join(folder, 'types.npz');
  await writeNpz(path, {
    ...arrays,
    X_cat: { data: Int32Array.from(arrays['X_cat']!.data as Float64Array), shape: arrays['X_cat']!.shape },
    y: { data: BigInt64Array.from(arrays['y']!.data as Int32Array, BigInt) },
  });
  const [ours, theirs] = await Promise.all(
    [path, processed].map(async (processedDataFile) => {
      const dataset = await openCriteoDataset({ processedDataFile, split: 'train' });
      return rowsOf(await allBatches(dataset, { batchSize: 64 }));
    }),
  );
  expect(ours).toEqual(theirs);
});

describe('refuses', () => {
  const bad = join(folder, 'bad.npz');
  const open = () => openCriteoDataset({ processedDataFile: bad, split: 'test' });
  const change = async (make: (arrays: Awaited<ReturnType<typeof readNpz>>) => void) => {
    const arrays = await readNpz(processed);
    make(arrays);
    await writeNpz(bad, arrays);
  };

  it.each<[string, (arrays: Awaited<ReturnType<typeof readNpz>>) => void, string]>([
    [
      'a missing array',
      (arrays) => delete arrays['X_int'],
      'array "X_int": missing; the file has X_cat, y, counts',
    ],
    [
      'another dtype',
      (arrays) => (arrays['y'] = { data: new Float32Array(300), shape: [300], dtype: 'float32' }),
      'array "y": expected dtype float64 or int32 or int64, found float32',
    ],
    [
      'too few rows',
      (arrays) => (arrays['X_int'] = { data: new Int32Array(299 * 13), shape: [299, 13], dtype: 'int32' }),
      'array "X_int": expected shape (300, 13), found (299, 13)',
    ],
    [
      'too few columns',
      (arrays) => (arrays['X_cat'] = { data: new Int32Array(300 * 25), shape: [300, 25], dtype: 'int32' }),
      'array "counts": expected shape (25), found (26)',
    ],
    [
      'another number of tables',
      (arrays) => (arrays['counts'] = { data: new Int32Array(25), shape: [25], dtype: 'int32' }),
      'array "counts": expected shape (26), found (25)',
    ],
    [
      'an id past its table',
      (arrays) => (arrays['X_cat']!.data[26 * 7 + 3] = 5000),
      'array "X_cat": row 7, column 3: expected a whole number from 0 to ',
    ],
    [
      'an id that is no whole number',
      (arrays) => (arrays['X_cat']!.data[1] = 0.5),
      'row 0, column 1: expected a whole',
    ],
    [
      'a negative integer',
      (arrays) => (arrays['X_int']!.data[13] = -1),
      'array "X_int": row 1, column 0: expected',
    ],
    [
      'a label of 2',
      (arrays) => (arrays['y']!.data[2] = 2),
      'row 2, column 0: expected a whole number from 0 to 1, found 2',
    ],
  ])('%s', async (_, make, message) => {
    await change(make);
    await expect(open()).rejects.toThrow(`${bad}: array "`);
    await expect(open()).rejects.toThrow(message);
  });

  it.each<[string, Record<string, Uint8Array>, string]>([
    [
      'headers that claim 10^12 rows',
      {
        'X_cat.npy': npy('(1000000000000, 26)', 26),
        'X_int.npy': npy('(1000000000000, 13)', 13),
        'y.npy': npy('(1000000000000,)', 1),
        'counts.npy': npy('(26,)', 26),
      },
      'array "X_cat": expected 104000000000000 bytes for int32 of shape (1000000000000, 26), found 104',
    ],
    [
      'an array that inflates a thousandfold',
      {
        'X_int.npy': npy('(7, 13)', 7 * 13),
        'X_cat.npy': npy('(7, 26)', 7 * 26),
        'y.npy': npy('(7,)', 7),
        'counts.npy': npy('(26,)', 40e6),
      },
      'array "counts": expected 104 bytes for int32 of shape (26), found 160000000',
    ],
    [
      'a path out of the archive',
      { '../X_int.npy': npy('(7, 13)', 7 * 13) },
      'invalid relative path: ../X_int.npy',
    ],
  ])('%s, with bounded memory', async (_, entries, message) => {
    const pieces: Uint8Array[] = [];
    const zip = new ZipWriter(async (bytes) => void pieces.push(bytes.slice()));
    for (const [name, bytes] of Object.entries(entries)) await zip.addDeflated(name, [bytes]);
    await zip.finish();
    writeFileSync(bad, Buffer.concat(pieces));
    const before = process.memoryUsage().rss;
    await expect(open()).rejects.toThrow(`${bad}: `);
    await expect(open()).rejects.toThrow(message);
    expect(process.memoryUsage().rss - before).toBeLessThan(100e6);
  });

  it('a file that is cut off, an unknown split and a batch of no rows', async () => {
    writeFileSync(bad, readFileSync(processed).subarray(0, 4000));
    await expect(open()).rejects.toThrow(bad);
    await expect(openCriteoDataset({ processedDataFile: processed, split: 'dev' as Split })).rejects.toThrow(
      '"dev"',
    );
    const dataset = await openCriteoDataset({ processedDataFile: processed, split: 'test' });
    await expect(allBatches(dataset, { batchSize: 0 })).rejects.toThrow('batch size of at least 1, found 0');
  });
});

/** An npy array of int32 zeros whose header says `shape`. */
function npy(shape: string, elements: number): Uint8Array {
  const header = `{'descr': '<i4', 'fortran_order': False, 'shape': ${shape}, }`.padEnd(117) + '\n';
  const start = Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0, header.length, 0]);
  return Buffer.concat([start, Buffer.from(header), Buffer.alloc(4 * elements)]);
}

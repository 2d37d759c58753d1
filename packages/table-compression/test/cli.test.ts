import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openCriteoDataset } from '@ds/criteo-data';
import { readNpz, writeNpz } from '@ds/criteo-data/npz';
import { binaryClassificationMetrics, Dlrm, evaluate } from '@ds/dlrm';
import {
  asTorchRec,
  benchCommand,
  builtFile,
  killOnceJournalled,
  originalData,
  originalModel,
  withQuotientRemainder,
  writeDataWithIds,
} from '@ds/test-support';
import { loadCheckpoint, saveCheckpoint } from '@ds/tensor-files';
import packageJson from '../package.json';
import type { CompressedModel } from '../src/index.js';

const run = benchCommand('table-compression');
const inputs = ['--model-path', originalModel, '--processed-data-file', originalData];

let folder: string;
let output: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'compress-tables-'));
  output = join(folder, 'small.safetensors');
});
afterEach(() => rmSync(folder, { recursive: true }));

function compress(args: readonly string[]): CompressedModel {
  const { status, stdout, stderr } = run([...args, '--output', output, '--json', '--quiet']);
  expect([stderr, status]).toEqual(['', 0]);
  return JSON.parse(stdout) as CompressedModel;
}

test('writes a model of the wanted ratio, whose quality is what it says', async () => {
  const found = compress([...inputs, '--ratio', '12', '--calibration-rows', '500', '--seed', '4']);
  expect(found.denseBytes / found.bytes).toBeGreaterThanOrEqual(12);
  expect(found.denseBytes / found.bytes).toBeLessThan(12.2);
  expect(found.tables).toHaveLength(26);
  expect(found.tables.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(found.bytes);

  const dataset = await openCriteoDataset({ processedDataFile: originalData, split: 'test' });
  for (const [path, { rocAuc, logLoss }] of [
    [originalModel, found.quality!.before],
    [output, found.quality!.after],
  ] as const) {
    const model = await Dlrm.load(path, { threads: 1 });
    const { labels, scores } = await evaluate({ model, dataset });
    const metrics = binaryClassificationMetrics(labels, scores);
    expect(metrics.rocAuc).toBeCloseTo(rocAuc, 6);
    expect(metrics.logLoss).toBeCloseTo(logLoss, 6);
    await model.dispose();
  }
  const { before, after, aucChange, rows } = found.quality!;
  expect(rows).toBe(dataset.length);
  expect(aucChange.difference).toBeCloseTo(after.rocAuc - before.rocAuc, 6);
  await dataset.close();
});

test('--refit: on rows that are too few to say anything it is not taken, and the file is as without it', () => {
  const wanted = [...inputs, '--ratio', '12', '--calibration-rows', '500', '--seed', '4'];
  expect(compress(wanted)).not.toHaveProperty('refit');
  const before = readFileSync(output);
  const { refit, quality } = compress([...wanted, '--refit']);
  // The test and the validation split are halves of the last day.
  expect(Math.abs(refit!.fittedRows + refit!.decidingRows - quality!.rows)).toBeLessThanOrEqual(1);
  expect(refit).toMatchObject({ isTaken: false, scales: expect.any(Number) });
  expect(refit!.scales).toBeGreaterThan(26);
  expect(refit!.change.interval[0]).toBeLessThanOrEqual(0);
  expect(refit).not.toHaveProperty('base');
  expect(readFileSync(output).equals(before)).toBe(true);

  const { stdout } = run([...wanted, '--refit', '--quiet', '--output', output]);
  expect(stdout).toMatch(
    /^refit {6}not taken: \d+ scales change ROC AUC by -?[\d.]+e-4 \(95 % interval -?[\d.]+e-4 to [\d.]+e-4\) on \d+ further rows$/m,
  );
  const without = run([
    '--model-path',
    originalModel,
    '--no-data',
    '--ratio',
    '9',
    '--refit',
    '--output',
    output,
  ]);
  expect(without).toMatchObject({ status: 2, stdout: '' });
  expect(without.stderr).toContain('--refit needs --processed-data-file');
});

test('the same seed gives the same bytes, another one others', () => {
  const bytesOf = (seed: string) => {
    compress([...inputs, '--max-bytes', '40kB', '--calibration-rows', '100', '--seed', seed]);
    return readFileSync(output);
  };
  const first = bytesOf('1');
  expect(bytesOf('1').equals(first)).toBe(true);
  expect(bytesOf('2').equals(first)).toBe(false);
});

test('an interrupted search goes on after the sizes that it evaluated, to the same file', async () => {
  const part = [...inputs, '--calibration-rows', '300', '--table', 'emb_l.2*']; // for speed
  const search = [...part, '--max-auc-loss', '0.01'];
  compress(search);
  const whole = readFileSync(output);
  rmSync(output);
  const command = [builtFile(join(__dirname, '../dist/cli.js')), ...search, '--output', output];
  await killOnceJournalled(command, output);
  // The model's own ROC AUC is kept first.
  const journal = join(folder, '.small.safetensors.journal');
  const kept = readFileSync(journal, 'utf8');
  const [head, base] = kept.split('\n') as [string, string];
  const resume = (sizes: readonly unknown[], ...others: string[]) => {
    writeFileSync(journal, [head, base, ...sizes.map((size) => JSON.stringify(size)), ''].join('\n'));
    const { status, stderr } = run([...search, '--output', output, ...others]);
    expect(status).toBe(0);
    expect(readdirSync(folder)).toEqual(['small.safetensors']);
    return { stderr, bytes: readFileSync(output) };
  };
  expect(JSON.parse(base)).toEqual(['base', { rocAuc: expect.any(Number) }]);
  expect(resume([]).bytes.equals(whole)).toBe(true);
  // A size that no search finds: it is taken as it stands, and its tables are made again.
  const invented = ['Infinity', { bytes: 0, aucLoss: 0 }];
  const taken = resume([invented]);
  expect(taken.stderr).toContain('resuming after 1 size; --fresh starts over\n');
  compress([...part, '--max-bytes', '1GB']);
  expect(taken.bytes.equals(readFileSync(output))).toBe(true);
  for (const others of [['--fresh'], ['--calibration-rows', '301']])
    expect(resume([invented], ...others).stderr).not.toContain('resuming after');
}, 60_000);

test('keeps within a number of bytes, without data too, and says what that costs in certainty', () => {
  const args = ['--model-path', originalModel, '--no-data', '--max-bytes', '30 kB', '--output', output];
  const { status, stdout } = run([...args, '--quiet']);
  expect(status).toBe(0);
  expect(stdout).toMatch(/^tables {5}\S+ MB -> 0\.0(2[89]|300)\d* MB, \S+x smaller\n/);
  expect(stdout).toContain('quality    not measured: rows were kept by their norm alone');
  expect(stdout).toMatch(/^emb_l\.25\.weight .*x$/m);
});

test('compresses the tables that --table names, and refuses a pattern that names none', async () => {
  const found = compress([...inputs, '--ratio', '8', '--calibration-rows', '100', '--table', 'emb_l.2*']);
  const named = [2, 20, 21, 22, 23, 24, 25].map((table) => `emb_l.${table}.weight`);
  expect(found.tables.map(({ name }) => name)).toEqual(named);
  const [before, after] = [await loadCheckpoint(originalModel), await loadCheckpoint(output)];
  expect(after['emb_l.3.weight']).toEqual(before['emb_l.3.weight']);
  const none = run([...inputs, '--ratio', '8', '--table', 'no_table*', '--output', output, '--quiet']);
  expect(none.stderr).toMatch(
    /^error: .*expected a table that matches "no_table\*", found the two-dimensional tensors /,
  );
  expect(none.status).toBe(1);
});

test("compresses TorchRec's model under its own names, to the same quality", async () => {
  const model = join(folder, 'torchrec.ckpt');
  await saveCheckpoint(model, asTorchRec(await loadCheckpoint(originalModel)));
  const args = ['--processed-data-file', originalData, '--ratio', '8', '--calibration-rows', '300'];
  const plain = compress(['--model-path', originalModel, ...args]);
  const found = compress(['--model-path', model, ...args]);
  expect(found.tables.map(({ name }) => name)).toContain(
    'sparse_arch.embedding_bag_collection.embedding_bags.t_cat_10.weight',
  );
  const bytesOf = ({ tables }: CompressedModel) => tables.map(({ bytes }) => bytes).sort((a, b) => a - b);
  expect(bytesOf(found)).toEqual(bytesOf(plain));
  for (const when of ['before', 'after'] as const) {
    expect(found.quality![when].rocAuc).toBeCloseTo(plain.quality![when].rocAuc, 6);
    expect(found.quality![when].logLoss).toBeCloseTo(plain.quality![when].logLoss, 6);
  }
});

test('refuses to rank a part of a composed table, which it compresses by norm', async () => {
  const model = join(folder, 'qr.ckpt');
  const state = withQuotientRemainder(await loadCheckpoint(originalModel));
  await saveCheckpoint(model, state, { metadata: { qr_operation: 'mult' } });
  const args = ['--model-path', model, '--output', output, '--ratio', '8', '--quiet'];
  expect(run([...args, '--processed-data-file', originalData])).toMatchObject({
    status: 1,
    stdout: '',
    stderr:
      `error: ${model}: emb_l.0.weight_q: expected a table with a row for each id, found a part of one (--qr-flag): ` +
      'choose whole tables with --table, or a method that needs no training rows (bench-disk, or compress-tables --no-data)\n',
  });
  expect(existsSync(output)).toBe(false);
  const whole = [...args, '--processed-data-file', originalData, '--table', 'emb_l.2.weight'];
  expect(run(whole)).toMatchObject({ status: 0, stderr: '' });
  expect(run([...args, '--no-data'])).toMatchObject({ status: 0, stderr: '' });
});

test('passes the ids of the model on, and refuses data with other ids', async () => {
  const model = join(folder, 'with-ids.ckpt');
  await saveCheckpoint(model, await loadCheckpoint(originalModel), { metadata: { ids_sha256: 'a1b2' } });
  const data = join(folder, 'with-ids.npz');
  await writeDataWithIds(data, 'c3d4');
  const args = ['--model-path', model, '--ratio', '8', '--calibration-rows', '100', '--output', output];
  const refused = run([...args, '--processed-data-file', data, '--quiet']);
  expect(refused.stderr).toMatch(
    /^error: \S+with-ids\.ckpt: its tables are for other ids [^\n]*a1b2[^\n]*c3d4[^\n]*\n$/,
  );
  expect([refused.status, existsSync(output)]).toEqual([1, false]);
  const unchecked = run([...args, '--processed-data-file', originalData]);
  expect(unchecked.stderr.match(/^ids not checked: .*$/gm)).toEqual([
    `ids not checked: ${originalData} does not say which they are`,
  ]);
  const metadata: unknown[] = [];
  await loadCheckpoint(output, { onMetadata: (found) => void metadata.push(found) });
  expect(metadata).toEqual([{ ids_sha256: 'a1b2' }]);
});

test('writes the same model for torch.load, dense again', async () => {
  const small = compress([...inputs, '--ratio', '12', '--calibration-rows', '200']);
  expect(small.tables.some(({ projectedRows }) => projectedRows > 0)).toBe(true);
  const dense = join(folder, 'dense.ckpt');
  const args = [
    ...inputs,
    '--ratio',
    '12',
    '--calibration-rows',
    '200',
    '--format',
    'ckpt',
    '--json',
    '--quiet',
  ];
  const { status, stdout } = run([...args, '--output', dense]);
  expect(status).toBe(0);
  expect((JSON.parse(stdout) as CompressedModel).quality).toEqual(small.quality);
  const [kept, again] = [await loadCheckpoint(output), await loadCheckpoint(dense)];
  expect(Object.keys(again).sort()).toEqual(Object.keys(kept).sort());
  for (const name of Object.keys(kept)) expect(again[name]).toEqual(kept[name]);
});

// That PyTorch's embedding bags give the same rows is proven by parity/compression/mixed_precision.py.
test('writes rows for FBGEMM without projected ones, and says so', () => {
  const args = [
    ...inputs,
    '--ratio',
    '8',
    '--calibration-rows',
    '200',
    '--format',
    'fbgemm',
    '--output',
    output,
  ];
  const { status, stdout, stderr } = run([...args, '--json']);
  expect(stderr).toContain('fbgemm has no projected rows: all rows are quantized');
  expect(status).toBe(0);
  const found = JSON.parse(stdout) as CompressedModel;
  expect(found.denseBytes / found.bytes).toBeGreaterThanOrEqual(8);
  expect(found.tables.every(({ projectedRows }) => projectedRows === 0)).toBe(true);
  const header = readFileSync(output).toString('latin1', 8, 20_000);
  expect(header).toContain('"emb_l.2.weight.fbgemm.');
  expect(header).toContain('"bot_l.0.weight"');
});

test('--rows quantized has no projected rows', () => {
  const found = compress([...inputs, '--ratio', '12', '--calibration-rows', '200', '--rows', 'quantized']);
  expect(found.tables.every(({ projectedRows }) => projectedRows === 0)).toBe(true);
});

test('finds the smallest tables within a bound on the loss of AUC', () => {
  const calibration = ['--calibration-rows', '500'];
  const loose = compress([...inputs, '--max-auc-loss', '0.02', ...calibration]);
  const tight = compress([...inputs, '--max-auc-loss', '0.001', ...calibration]);
  expect(loose.bytes).toBeLessThan(tight.bytes);
  expect(tight.bytes).toBeLessThan(tight.denseBytes / 3);
});

describe('one line of error, and nothing written', () => {
  const fails = (args: readonly string[], message: string | RegExp) => {
    const before = readdirSync(folder);
    const { status, stderr, stdout } = run([...args, '--quiet']);
    expect(stderr).toMatch(/^error: [^\n]+\n$/);
    expect(stderr).toMatch(message);
    expect([status, stdout]).toEqual([1, '']);
    expect(readdirSync(folder)).toEqual(before);
  };

  test('for data of another model', async () => {
    const data = join(folder, 'other.npz');
    const arrays = await readNpz(originalData);
    (arrays['counts']!.data as Int32Array)[3]!++;
    await writeNpz(data, arrays as Parameters<typeof writeNpz>[1]);
    fails(
      ['--model-path', originalModel, '--processed-data-file', data, '--ratio', '4', '--output', output],
      'emb_l.3.weight: expected',
    );
  });

  test('for a weight that is not a number', async () => {
    const model = join(folder, 'broken.ckpt');
    const state = await loadCheckpoint(originalModel);
    state['emb_l.2.weight']!.data[33] = NaN;
    await saveCheckpoint(model, state);
    fails(
      ['--model-path', model, '--no-data', '--ratio', '4', '--output', output],
      'emb_l.2.weight: expected finite values, found NaN at position 33 of shape (300, 8)',
    );
  });

  test('for a table of no rows', async () => {
    const model = join(folder, 'empty.ckpt');
    const state = await loadCheckpoint(originalModel);
    state['emb_l.2.weight'] = { data: new Float32Array(0), shape: [0, 8] };
    await saveCheckpoint(model, state);
    const args = ['--model-path', model, '--ratio', '4', '--output', output];
    for (const data of [['--no-data'], ['--processed-data-file', originalData]]) {
      fails(
        [...args, ...data],
        `${model}: emb_l.2.weight: expected a table of at least one row, found shape (0, 8)`,
      );
    }
  });

  test('for labels of one class, in the calibration rows or in those that quality is measured on', async () => {
    copyFileSync(join(dirname(originalData), 'train_day_count.npz'), join(folder, 'train_day_count.npz'));
    const write = async (name: string, isChanged: (row: number, rows: number) => boolean) => {
      const data = join(folder, name);
      const arrays = await readNpz(originalData);
      const labels = arrays['y']!.data as Int32Array;
      labels.forEach((_, row) => isChanged(row, labels.length) && (labels[row] = 0));
      await writeNpz(data, arrays as Parameters<typeof writeNpz>[1]);
      return ['--model-path', originalModel, '--processed-data-file', data, '--output', output];
    };
    const none = await write('none.npz', () => true);
    fails(
      [...none, '--ratio', '4'],
      /calibration: expected training rows of both labels, found \d+ rows with label 0/,
    );
    const late = await write('late.npz', (row, rows) => row > (rows * 6) / 7 - 2);
    fails([...late, '--ratio', '4'], 'late.npz: expected both labels in the test split, found 0 only');
    fails(
      [...late, '--max-auc-loss', '1e-3'],
      'late.npz: expected both labels in the validation split, found 0 only',
    );
  });

  test('for a compressed model that is damaged', () => {
    compress([...inputs, '--ratio', '12', '--calibration-rows', '200']);
    const bytes = readFileSync(output);
    const damaged = join(folder, 'damaged.safetensors');
    writeFileSync(damaged, bytes.subarray(0, -1));
    fails(
      ['--model-path', damaged, '--no-data', '--ratio', '20', '--output', join(folder, 'again.safetensors')],
      /damaged\.safetensors: \S+: truncated/,
    );
    const description = bytes.indexOf('coefficientBits');
    bytes.write('coefficientbits', description);
    writeFileSync(damaged, bytes);
    fails(
      ['--model-path', damaged, '--no-data', '--ratio', '20', '--output', join(folder, 'again.safetensors')],
      /damaged\.safetensors: metadata mixed_precision: \S+: expected the coefficientBits and rows/,
    );
  });

  test('for a file that is no checkpoint, and an output that has no folder', () => {
    writeFileSync(join(folder, 'text.ckpt'), 'no checkpoint');
    fails(
      ['--model-path', join(folder, 'text.ckpt'), '--no-data', '--ratio', '4', '--output', output],
      'text.ckpt',
    );
    fails(
      [...inputs, '--ratio', '4', '--output', join(folder, 'text.ckpt', 'small.safetensors')],
      'a part of its path is a file, not a folder',
    );
    const counts = join(folder, 'counts.safetensors');
    writeFileSync(counts, 'day counts');
    fails(
      [...inputs, '--ratio', '4', '--day-counts', counts, '--output', counts],
      `cannot write ${counts}: it is also an input, and would be lost`,
    );
  });
});

test('wrong usage ends with 2', () => {
  const named = join(folder, 'small.ckpt');
  expect(run([...inputs, '--ratio', '4', '--output', named])).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(
      `^error: ${named}: expected a file of format safetensors to be called .safetensors, found ".ckpt"\n`,
    ) as string,
  });
  const usage = (args: readonly string[]) => run([...args, '--output', output]);
  expect(usage(inputs)).toMatchObject({
    status: 2,
    stderr: expect.stringContaining(
      'expected one of --max-auc-loss, --ratio and --max-bytes, found 0',
    ) as string,
  });
  expect(usage([...inputs, '--ratio', '4', '--max-bytes', '1MB']).status).toBe(2);
  expect(usage([...inputs, '--ratio', '0']).stderr).toContain("Expected a number of at least 1, found '0'");
  expect(usage([...inputs, '--max-auc-loss', '-1']).stderr).toContain("from 0 to 1, found '-1'");
  expect(usage(['--model-path', originalModel, '--ratio', '4']).stderr).toContain(
    'expected one of --processed-data-file and --no-data',
  );
  expect(usage(['--model-path', originalModel, '--no-data', '--max-auc-loss', '1e-4']).status).toBe(2);
  expect(usage([...inputs, '--ratio', '4', '--format', 'onnx']).status).toBe(2);
  expect(usage([...inputs, '--ratio', '4', '--rows', 'whole']).status).toBe(2);
  expect(usage([...inputs, '--max-bytes', '4 parsecs']).stderr).toContain("found '4 parsecs'");
  expect(existsSync(output)).toBe(false);
});

test('has a version and a help with defaults and an example', () => {
  expect(run(['--version']).stdout).toBe(`${packageJson.version}\n`);
  const help = run(['--help']).stdout;
  expect(help).toMatch(/--calibration-rows <rows>[^]*\(default:\s+100000\)/);
  expect(help).toContain('Example:\n  compress-tables --model-path');
});

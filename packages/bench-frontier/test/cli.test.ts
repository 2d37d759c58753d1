import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { methods, modelTitle, readFrontier, relativeLoss, type FrontierPoint } from '@ds/bench-models';
import { openCriteoDataset } from '@ds/criteo-data';
import {
  binaryClassificationMetrics,
  Dlrm,
  evaluate,
  loadCheckpoint,
  pairedAucDifference,
  saveCheckpoint,
} from '@ds/dlrm';
import {
  asTorchRec,
  benchCommand,
  builtFile,
  killOnceJournalled,
  originalData,
  originalModel,
  originalRun,
  withQuotientRemainder,
  writeDataWithIds,
} from '@ds/test-support';
import packageJson from '../package.json';

const run = benchCommand('bench-frontier');
const rawRows = join(originalRun, 'train.txt');

describe('bench-frontier', () => {
  let folder: string;
  let output: string;
  let args: string[];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bench-frontier-'));
    output = join(folder, 'frontier.csv');
    args = ['--model-path', originalModel, '--processed-data-file', originalData, '--output', output];
    args.push('--calibration-rows', '300');
  });
  afterEach(() => rm(folder, { recursive: true }));

  test('measures every method, at each ratio that it reaches, and says the smallest within the bound', async () => {
    const grid = [
      '--sparsity-levels',
      '0,0.9',
      '--sparse-block-shapes',
      '1x4',
      '--norms',
      'L1',
      '--bits',
      '8,2',
    ];
    const result = run([...args, ...grid, '--ratios', '4,8,20', '--max-auc-loss', '0.1']);
    expect(result.status).toBe(0);
    expect(result.stderr).toMatch(/^engine [^]*importance: [^]*methods: 10\/10 \(100%\)\n$/m);
    const rows = await readFrontier(output);
    expect([...new Set(rows.map(({ method }) => method))]).toEqual(methods.map(({ id }) => id));
    const of = (id: string) => rows.filter(({ method }) => method === id);
    expect(of('block-norm').map(({ sparsityLevel }) => sparsityLevel)).toEqual([0, 0.9]);
    expect(of('rows-greedy').map(({ bits }) => bits)).toEqual([8, 2]);
    for (const id of ['global-norm', 'access-norm', 'rows-int8', 'mixed-precision']) {
      expect(of(id).map(({ wantedRatio }) => wantedRatio)).toEqual([4, 8, 20]);
      for (const { wantedRatio, memoryRatio } of of(id))
        expect(memoryRatio).toBeGreaterThanOrEqual(wantedRatio!);
    }
    const [unpruned] = of('block-norm') as [FrontierPoint];
    expect(unpruned).toMatchObject({ aucChange: 0, aucChangeLower: 0, aucChangeUpper: 0, logLossChange: 0 });
    for (const row of rows) {
      expect(row.aucChangeLower).toBeLessThanOrEqual(row.aucChange);
      expect(row.aucChangeUpper).toBeGreaterThanOrEqual(row.aucChange);
      expect(row.rocAuc - row.aucChange).toBeCloseTo(unpruned.rocAuc, 10);
      expect(row.lookupNs).toBeGreaterThan(0);
      expect(row.calibrationRows).toBe(
        ['block', 'global', 'rows-nearest', 'rows-greedy'].some((id) => row.method.startsWith(id)) ? 0 : 300,
      );
    }
    const within = rows.filter((row) => relativeLoss(row) <= 0.1);
    const best = within.reduce((a, b) => (b.tableBytes < a.tableBytes ? b : a));
    expect(result.stdout).toContain(`in float32: ${modelTitle(best)}.\n`);
    expect(result.stdout).toContain(`${best.tableBytes} bytes`);
    expect(result.stdout.trimEnd().split('\n').at(-1)).toBe(`${rows.length} models: ${output}`);
    for (const line of result.stdout.split('\n\n')[0]!.split('\n'))
      expect(line.length).toBeLessThanOrEqual(80);
  });

  test('--train-on trains each compressed model further, and the uncompressed one to compare with', async () => {
    const options = [...args, '--methods', 'block-norm,mixed-precision', '--ratios', '20', '--norms', 'L1'];
    options.push('--sparsity-levels', '0,0.9', '--sparse-block-shapes', '1x1', '--learning-rate', '0.05');
    const result = run([...options, '--train-on', '1', '--max-auc-loss', '0.5']);
    expect(result.status).toBe(0);
    expect(result.stdout).toContain('and after one more epoch, pruned values held at 0:\n');
    const rows = await readFrontier(output);
    const [unpruned, pruned, mixed] = rows as [FrontierPoint, FrontierPoint, FrontierPoint];
    // With all of its values it trains as the uncompressed model does.
    expect(unpruned).toMatchObject({ trainedEpochs: 1, trainedAucChange: 0, trainedAucChangeLower: 0 });
    for (const row of rows) {
      expect(row.trainedBaseAucChange).toBe(unpruned.trainedBaseAucChange);
      expect(row.trainedBaseAucChange).not.toBe(0);
    }
    expect(pruned.trainedAucChange).not.toBe(pruned.aucChange);
    // The pruned values are as they were, and so are the bytes of a sparse table; codes become floats.
    expect(pruned.trainedTableBytes).toBe(pruned.tableBytes);
    expect(mixed.trainedTableBytes).toBeGreaterThan(2 * mixed.tableBytes);
    const plain = run([...options.slice(0, -2), '--max-auc-loss', '0.5', '--fresh']);
    expect(plain.status).toBe(0);
    expect(await readFile(output, 'utf8')).not.toContain('trained');
    const [, same] = await readFrontier(output);
    expect(same!.aucChange).toBe(pruned.aucChange);
  });

  test('writes the best model and all models, which are what the rows say', async () => {
    const dump = join(folder, 'dump');
    const best = join(folder, 'best');
    const result = run([
      ...[...args, '--quiet', '--json', '--methods', 'rows-nearest,mixed-precision', '--ratios', '8'],
      ...['--bits', '4', '--max-auc-loss', '1', '--best-path', best, '--dump-path', dump],
    ]);
    expect(result).toMatchObject({ status: 0, stderr: '' });
    const rows = await readFrontier(output);
    expect((await readdir(dump)).sort()).toEqual(['mixed-precision', 'rows-nearest']);
    const answer = JSON.parse(result.stdout) as { best: FrontierPoint; models: number };
    expect(answer.models).toBe(2);
    expect(answer.best.path).toBe(join(best, 'model.safetensors'));
    expect(answer.best.fileBytes).toBe((await stat(answer.best.path!)).size);
    const smallest = rows.find(({ path }) => path === answer.best.path)!;
    const dataset = await openCriteoDataset({ processedDataFile: originalData, split: 'test' });
    const scoresOf = async (path: string) => {
      const model = await Dlrm.load(path);
      const scored = await evaluate({ model, dataset });
      await model.dispose();
      return scored;
    };
    const before = await scoresOf(originalModel);
    const { labels, scores } = await scoresOf(answer.best.path!);
    await dataset.close();
    const { difference, interval } = pairedAucDifference(labels, before.scores, scores);
    expect(smallest.rocAuc).toBeCloseTo(binaryClassificationMetrics(labels, scores).rocAuc!, 9);
    expect(smallest.aucChange).toBeCloseTo(difference, 9);
    expect([smallest.aucChangeLower, smallest.aucChangeUpper]).toEqual(
      interval.map((end) => expect.closeTo(end, 9)),
    );
  });

  test('trains a model for each seed where none is given', async () => {
    const trained = [...args.slice(2), '--methods', 'rows-int8', '--ratios', '4,8'];
    expect(run([...trained, '--quiet', '--seeds', '2', '--seed', '5'])).toMatchObject({
      status: 0,
      stderr: '',
    });
    const rows = await readFrontier(output);
    expect(rows.map(({ seed, wantedRatio }) => [seed, wantedRatio])).toEqual([
      [5, 4],
      [5, 8],
      [6, 4],
      [6, 8],
    ]);
    expect(rows[0]!.rocAuc).not.toBe(rows[2]!.rocAuc);
    expect(run([...args, '--epochs', '2'])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('expected no --model-path'),
    });
  });

  test('may have an output of a long name, and leaves the trained models of another run', async () => {
    const other = '.x.csv.seed-1.csv.seed-2.safetensors';
    await writeFile(join(folder, other), '');
    const names = ['x.csv', `${'y'.repeat(236)}.csv`];
    for (const name of names) {
      const trained = [...args.slice(2), '--output', join(folder, name), '--methods', 'rows-int8'];
      expect(run([...trained, '--quiet', '--ratios', '4'])).toMatchObject({ status: 0, stderr: '' });
    }
    const written = (await readdir(folder)).filter((name) => !name.endsWith('_times.csv'));
    expect(written.sort()).toEqual([other, ...names]);
  });

  describe('resumed', () => {
    const cli = builtFile(join(__dirname, '../dist/cli.js'));
    const methodsAndRatios = ['--methods', 'rows-nearest,mixed-precision,rows-int8', '--bits', '8,4'];
    const timed = ['lookupNs', 'compressSeconds', 'calibrationSeconds'];
    const untimed = async (path: string) =>
      (await readFrontier(path)).map((row) =>
        Object.fromEntries(Object.entries(row).filter(([name]) => !timed.includes(name) && name !== 'path')),
      );
    const files = async (place: string) => {
      const names = (await readdir(place, { recursive: true }))
        .map(String)
        .filter((name) => name.includes('.'));
      return Promise.all(
        names.sort().map(async (name) => [name, await readFile(join(place, name), 'base64')]),
      );
    };

    test('a killed run goes on to the rows and files of one that was not disturbed', async () => {
      const wanted = ['--ratios', '4,8', '--max-auc-loss', '0.5', ...methodsAndRatios];
      const at = (name: string) => [
        ...[...args, ...wanted, '--output', join(folder, name, 'frontier.csv')],
        ...['--best-path', join(folder, name, 'best'), '--dump-path', join(folder, name, 'dump')],
      ];
      expect(run(at('whole')).status).toBe(0);
      await killOnceJournalled([cli, ...at('killed')], join(folder, 'killed/frontier.csv'));
      const resumed = run(at('killed'));
      expect(resumed.status).toBe(0);
      expect(resumed.stderr).toMatch(/^resuming after \d models?; --fresh starts over$/m);
      expect(await untimed(join(folder, 'killed/frontier.csv'))).toEqual(
        await untimed(join(folder, 'whole/frontier.csv')),
      );
      for (const place of ['best', 'dump'])
        expect(await files(join(folder, 'killed', place))).toEqual(await files(join(folder, 'whole', place)));
      expect((await readdir(join(folder, 'killed'))).sort()).toEqual([
        'best',
        'dump',
        'frontier.csv',
        'frontier_times.csv',
      ]);
    });

    test('what is finished is not measured again, unless its file has changed or --fresh is given', async () => {
      const dump = join(folder, 'dump');
      const best = join(folder, 'best/model.safetensors');
      const all = [...args, '--methods', 'rows-nearest,rows-int8', '--bits', '8', '--ratios', '8', '--quiet'];
      all.push('--dump-path', dump, '--best-path', join(folder, 'best'), '--max-auc-loss', '0.5');
      /** Ends a run when its first method is measured, with a row that no measuring gives and that makes it the best. */
      const interrupt = async () => {
        await killOnceJournalled([cli, ...all, '--fresh'], output);
        const path = join(folder, '.frontier.csv.journal');
        const [head, first] = (await readFile(path, 'utf8')).split('\n');
        const [key, entry] = JSON.parse(first!) as [string, { row: FrontierPoint }];
        entry.row.tableBytes = 1;
        const lines = [
          [key, entry],
          [JSON.stringify([1, 'rows-nearest']), {}],
        ];
        await writeFile(path, [head, ...lines.map((line) => JSON.stringify(line)), ''].join('\n'));
        return entry.row.path!;
      };
      const firstRow = async () => (await readFrontier(output))[0]!;

      const dumped = await interrupt();
      expect(run(all).status).toBe(0);
      expect((await firstRow()).tableBytes).toBe(1);
      expect(await readFile(best)).toEqual(await readFile(dumped));

      await interrupt();
      await writeFile(dumped, 'of another run');
      expect(run(all).status).toBe(0);
      expect((await firstRow()).tableBytes).toBeGreaterThan(1);
      expect((await stat(dumped)).size).toBe((await firstRow()).fileBytes);

      for (const other of [['--fresh'], ['--calibration-rows', '299']]) {
        await interrupt();
        expect(run([...all, ...other]).status).toBe(0);
        expect((await firstRow()).tableBytes).toBeGreaterThan(1);
      }
    });

    test('a model that was trained is not trained again', async () => {
      const trained = [...args.slice(2), '--methods', 'rows-int8', '--ratios', '4,8', '--seeds', '2'];
      await killOnceJournalled([cli, ...trained], output);
      expect(await readdir(folder)).toContain('.frontier.csv.seed-1.safetensors');
      const resumed = run(trained);
      expect(resumed.status).toBe(0);
      expect(resumed.stderr).not.toContain('train, seed 1');
      expect(resumed.stderr).toContain('train, seed 2');
      const rows = await untimed(output);
      expect(await readdir(folder)).toEqual(['frontier.csv', 'frontier_times.csv']);
      expect(run([...trained, '--fresh', '--quiet']).status).toBe(0);
      expect(await untimed(output)).toEqual(rows);
    });
  });

  test('says the least loss where no model is within the bound', async () => {
    const { status, stdout } = run([
      ...args,
      '--quiet',
      '--methods',
      'rows-nearest',
      '--bits',
      '2',
      '--max-auc-loss',
      '0',
    ]);
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /No model loses at most 0 % of its ROC AUC: the least loss on the validation split is [\d.]+ %/,
    );
  });

  test.each([
    [['--ratios', '0.5'], 2, 'error: ratio: expected a number of at least 1, found 0.5\n'],
    [['--bits', '3'], 2, "bits: expected 8, 4, 2, found '3'"],
    [['--max-auc-loss', '2'], 2, "Expected a number from 0 to 1, found '2'."],
    [['--sparsity-levels', '3'], 2, 'error: sparsity level: expected a number from 0 to 1, found 3\n'],
    [['--output', originalData], 1, `error: cannot write ${originalData}: it is also an input`],
    [
      ['--day-counts', rawRows, '--output', rawRows],
      1,
      `error: cannot write ${rawRows}: it is also an input`,
    ],
  ])('refuses %j with exit code %d', async (bad, code, message) => {
    const { status, stderr } = run([...args, '--quiet', ...bad]);
    expect(stderr).toContain(message);
    expect(status).toBe(code);
    expect(await readdir(folder)).toEqual([]);
  });

  test('does not dump a model over the one that it compresses', async () => {
    const method = join(folder, 'rows-nearest');
    await mkdir(method);
    const model = join(method, 'criteo_model_bits=8.safetensors');
    await saveCheckpoint(model, await loadCheckpoint(originalModel));
    const before = await readFile(model);
    const { status, stderr } = run([
      ...[...args, '--quiet', '--model-path', model, '--dump-path', folder],
      ...['--methods', 'rows-nearest', '--bits', '8'],
    ]);
    expect(stderr).toBe(`error: cannot write ${model}: it is also an input, and would be lost\n`);
    expect(status).toBe(1);
    expect(await readFile(model)).toEqual(before);
  });

  test('names a model that has no number in a table, does not fit the data, or is none', async () => {
    const state = await loadCheckpoint(originalModel);
    state['emb_l.3.weight']!.data[5] = NaN;
    const broken = join(folder, 'broken.ckpt');
    await saveCheckpoint(broken, state);
    const withModel = (path: string) => run([...args, '--quiet', '--model-path', path]);
    expect(withModel(broken).stderr).toContain(`error: ${broken}: emb_l.3.weight`);
    state['emb_l.3.weight'] = { data: new Float32Array(8), shape: [1, 8] };
    const small = join(folder, 'small.ckpt');
    await saveCheckpoint(small, state);
    expect(withModel(small).stderr).toContain(`error: ${small}: emb_l.3.weight: expected`);
    const none = join(folder, 'none.ckpt');
    await writeFile(none, 'no model');
    expect(withModel(none)).toMatchObject({ status: 1, stderr: expect.stringContaining(`error: ${none}: `) });
    expect((await readdir(folder)).sort()).toEqual(['broken.ckpt', 'none.ckpt', 'small.ckpt']);
  });

  test("measures TorchRec's model as the plain one, and refuses a part of a composed table before any work", async () => {
    const model = join(folder, 'model.ckpt');
    const options = [...args, '--quiet', '--methods', 'access-norm,mixed-precision', '--ratios', '8'];
    const measured = async (path: string) => {
      expect(run([...options, '--model-path', path])).toMatchObject({ status: 0, stderr: '' });
      return readFrontier(output);
    };
    const state = await loadCheckpoint(originalModel);
    await saveCheckpoint(model, asTorchRec(state));
    const plain = await measured(originalModel);
    for (const [index, { tableBytes, rocAuc, logLoss }] of (await measured(model)).entries()) {
      expect(tableBytes).toBe(plain[index]!.tableBytes);
      expect(rocAuc).toBeCloseTo(plain[index]!.rocAuc, 6);
      expect(logLoss).toBeCloseTo(plain[index]!.logLoss, 6);
    }

    await rm(output);
    await saveCheckpoint(model, withQuotientRemainder(state), { metadata: { qr_operation: 'mult' } });
    const { status, stderr } = run([...options, '--model-path', model]);
    expect([status, stderr]).toEqual([
      1,
      expect.stringContaining(
        `error: ${model}: emb_l.0.weight_q: expected a table with a row for each id, found a part of one (--qr-flag): `,
      ),
    ]);
    await expect(stat(output)).rejects.toThrow('ENOENT');
    expect(run([...options, '--model-path', model, '--table', 'emb_l.2.weight'])).toMatchObject({
      status: 0,
    });
  });

  test('passes the ids of the model on, and refuses data with other ids', async () => {
    const model = join(folder, 'with-ids.ckpt');
    await saveCheckpoint(model, await loadCheckpoint(originalModel), { metadata: { ids_sha256: 'a1b2' } });
    const data = join(folder, 'with-ids.npz');
    await writeDataWithIds(data, 'c3d4');
    const one = [...args, '--model-path', model, '--methods', 'rows-nearest', '--bits', '8'];
    const refused = run([...one, '--quiet', '--processed-data-file', data]);
    expect(refused.stderr).toMatch(
      /^error: \S+with-ids\.ckpt: its tables are for other ids [^\n]*a1b2[^\n]*c3d4[^\n]*\n$/,
    );
    expect(refused.status).toBe(1);
    const best = join(folder, 'best');
    const unchecked = run([...one, '--max-auc-loss', '0.5', '--best-path', best]);
    expect(unchecked.stderr.match(/^ids not checked: .*$/gm)).toEqual([
      `ids not checked: ${originalData} does not say which they are`,
    ]);
    const metadata: unknown[] = [];
    await loadCheckpoint(join(best, 'model.safetensors'), {
      onMetadata: (found) => void metadata.push(found),
    });
    expect(metadata).toEqual([{ ids_sha256: 'a1b2' }]);
  });

  test('has a version and a help with defaults and an example', () => {
    expect(run(['--version']).stdout).toBe(`${packageJson.version}\n`);
    const help = run(['--help']).stdout;
    expect(help).toMatch(/default:\s+"compression_frontier.csv"/);
    expect(help).toContain('Example:\n  bench-frontier --model-path');
    expect(run(['--methods', 'int3']).status).toBe(2);
  });
});

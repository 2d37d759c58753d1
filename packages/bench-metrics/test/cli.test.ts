import { readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  benchCommand,
  builtFile,
  dumpedModels,
  killOnceJournalled,
  modelReaderTests,
  originalData,
  originalRun,
} from '@ds/test-support';
import { loadCheckpoint, saveCheckpoint } from '@ds/dlrm';
import { parse } from 'csv-parse/sync';
import packageJson from '../package.json';

const cli = builtFile(join(__dirname, '../dist/cli.js'));
const run = benchCommand('bench-metrics');

describe('bench-metrics', () => {
  const models = dumpedModels({ output: 'metrics.csv' });

  test("takes the original's flags and writes the metrics", async () => {
    const result = run([
      ...['--raw_data_file', join(originalRun, 'train.txt'), '--processed_data_file', originalData],
      ...['--sparse_model_metadata', models.metadata, '--output', models.output],
    ]);
    expect(result.stderr.match(/^engine .*/gm)).toEqual([
      expect.stringMatching(/^engine \w+:\S+ \(.+\): \S/),
    ]);
    expect(result.stderr).toMatch(/evaluated models: 0\/4 \(0%\)\n[^]*evaluated models: 4\/4 \(100%\)\n$/);
    expect(result.stdout).toBe(`quality of 4 models: ${models.output}\n`);
    expect(result.status).toBe(0);
    const original = await readFile(join(originalRun, 'sparse_model_metrics.csv'), 'utf8');
    const logLoss = Number(original.split('\n')[1]!.split(',').at(-1));
    expect((await readFile(models.output, 'utf8')).split('\n')[1]).toContain(`,${logLoss.toFixed(3)},`);
  });

  test('goes on where a killed run stopped, to the same CSV, and starts over when anything differs or with --fresh', async () => {
    const args = [...models.args, '--decimals', 'all', '--batch-size', '8'];
    expect(run(args).status).toBe(0);
    const undisturbed = await readFile(models.output, 'utf8');
    const kill = () => killOnceJournalled([cli, ...args], models.output);

    await kill();
    const resumed = run(args);
    expect(resumed.stderr).toMatch(/^resuming after [123] of 4 evaluated models; --fresh starts over$/m);
    expect(resumed.status).toBe(0);
    expect(await readFile(models.output, 'utf8')).toBe(undisturbed);
    expect((await readdir(models.folder)).filter((name) => name.startsWith('.'))).toEqual([]);

    await kill();
    expect(run([...args, '--fresh']).stderr).not.toContain('resuming after');
    await kill();
    expect(run([...args, '--batch-size', '9']).stderr).not.toContain('resuming after');
    await kill();
    const [, first] = parse<{ path: string }>(await readFile(models.metadata, 'utf8'), { columns: true });
    await utimes(join(models.folder, first!.path), new Date(0), new Date(0));
    expect(run(args).stderr).not.toContain('resuming after');
    expect(await readFile(models.output, 'utf8')).toBe(undisturbed);
  });

  test('is quiet with --quiet, has a version and a help with defaults and an example', () => {
    expect(run([...models.args, '--quiet', '--decimals', 'all'])).toMatchObject({ stderr: '', status: 0 });
    expect(run(['--version']).stdout).toBe(`${packageJson.version}\n`);
    const help = run(['--help']).stdout;
    expect(help).toMatch(/default:\s+"sparse_model_metrics.csv"/);
    expect(help).toContain('Example:\n  bench-metrics --processed-data-file');
  });

  test('a model with a weight that is no number is named at the end, when the others are written', async () => {
    const text = await readFile(models.metadata, 'utf8');
    const [, second] = parse<{ path: string }>(text, { columns: true });
    const state = await loadCheckpoint(join(models.folder, second!.path));
    state['bot_l.2.bias']!.data[3] = NaN;
    const broken = join(models.folder, 'broken.ckpt');
    await saveCheckpoint(broken, state);
    // Without the sizes, which are those of the model that was there.
    const lines = parse(text).map((cells: string[]) => cells.slice(0, 6));
    lines[2]![5] = broken;
    await writeFile(
      models.metadata,
      lines.map((cells) => cells.map((cell) => `"${cell}"`).join()).join('\n'),
    );
    const { stderr, status } = run([...models.args, '--quiet']);
    expect(stderr).toBe(
      `error: ${broken}: bot_l.2.bias: expected finite values, found NaN at position 3 of shape (8); ` +
        `the other models are in ${models.output}\n`,
    );
    expect(status).toBe(1);
    const rows = parse<Record<string, string>>(await readFile(models.output, 'utf8'), { columns: true });
    expect(rows.map(({ roc_auc, log_loss }) => roc_auc !== '' && log_loss !== '')).toEqual([
      true,
      false,
      true,
      true,
    ]);
  });

  test('decimals below 0 are wrong usage', () => {
    expect(run([...models.args, '--decimals', '-1']).status).toBe(2);
  });

  modelReaderTests({ run, models });
});

import { copyFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProcess } from '../child.js';
import type { Outcome } from '../outcome.js';

// npm and jest run in the project's folder.
const root = process.cwd();
const original = join(root, 'packages/test-support/test/golden/original-run');
const results = join(root, 'packages/bench-report/test/golden/upstream-run');
const cli = (name: string) => join(root, 'packages', name, 'dist/cli.js');

/** Every command that writes, with an output in a folder that cannot be made; the other outputs go to `folder`. */
function commands(folder: string, place: string): string[][] {
  const at = (name: string) => join(place, name);
  const model = ['--model-path', join(folder, 'model.ckpt')];
  const data = ['--processed-data-file', join(original, 'kaggleAdDisplayChallenge_processed.npz')];
  const models = [...data, '--sparse-model-metadata', join(results, 'sparse_model_metadata.csv')];
  const dump = ['--sparsified-model-dump-path'];
  const frontier = [cli('bench-frontier'), ...model, ...data];
  const rows = join(root, 'packages/criteo-data/test/golden/rows.txt');
  return [
    [cli('criteo-data'), 'synthesize', '--rows', '100', '--output', at('rows.txt')],
    [cli('criteo-data'), 'preprocess', '--raw-data-file', rows, '--processed-data-file', at('rows.npz')],
    [cli('dlrm'), 'train', ...data, '--save-model', at('model.ckpt')],
    [cli('dlrm'), 'predict', ...data, ...model, '--output', at('predictions.csv')],
    [cli('dlrm'), 'convert', ...model, '--output', at('model.safetensors')],
    [cli('dlrm'), 'export', ...model, '--output', at('model.onnx')],
    [cli('bench-disk'), ...model, ...dump, join(folder, 'dump'), '--output', at('models.csv')],
    [cli('bench-disk'), ...model, ...dump, place, '--output', join(folder, 'models.csv')],
    [cli('bench-metrics'), ...models, '--output', at('quality.csv')],
    [cli('bench-forward'), ...models, '--output', at('times.csv')],
    [cli('bench-memory'), ...models, '--output', at('memory.csv')],
    [cli('bench-activations'), ...model, ...data, '--output', at('activations.csv')],
    [...frontier, '--output', at('frontier.csv')],
    [...frontier, '--output', join(folder, 'frontier.csv'), '--best-path', place],
    [...frontier, '--output', join(folder, 'frontier.csv'), '--dump-path', place],
    [
      ...[cli('table-compression'), ...model, ...data, '--ratio', '8'],
      ...['--output', at('small.safetensors')],
    ],
    [
      ...[cli('bench-report'), 'create', '--sparse-model-metadata'],
      ...[join(results, 'sparse_model_metadata.csv'), '--output-dir', place],
      ...['--sparse-model-metrics', join(results, 'sparse_model_metrics.csv')],
    ],
    [
      ...[cli('bench-report'), 'merge', join(results, 'sparse_model_metadata.csv')],
      ...['--output', at('merged.csv')],
    ],
    [join(root, 'examples/full-benchmark/dist/main.js'), '--rows', '1000', '--output-dir', place],
  ];
}

/** Gives every command an output in /proc and /sys: it says so in one line that names the output, before the work. */
export async function unwritable(places: readonly string[] = ['/proc/x', '/sys/x']): Promise<Outcome> {
  const faults: string[] = [];
  let cases = 0;
  const folder = await mkdtemp(join(tmpdir(), 'torture-unwritable-'));
  try {
    copyFileSync(join(original, 'criteo_model.ckpt'), join(folder, 'model.ckpt'));
    for (const place of places) {
      for (const command of commands(folder, place)) {
        cases++;
        const args = [...command, '--quiet'];
        const { code, signal, stderr } = await runProcess([process.execPath, ...args], { seconds: 120 });
        if (code !== 1 || !/^error: [^\n]*\n$/.test(stderr) || !stderr.includes(place)) {
          const name = command.join(' ').replaceAll(root, '').replaceAll(folder, '');
          faults.push(`${name}: ended by ${signal ?? code}: ${stderr.trim().slice(-300)}`);
        }
      }
    }
  } finally {
    await rm(folder, { recursive: true });
  }
  return { name: 'unwritable places', cases, found: 'all refused at once, in one line', faults };
}

import { join } from 'node:path';

// npm and jest run in the project's folder.
const root = process.cwd();
export const originalRun = join(root, 'packages/test-support/test/golden/original-run');
const results = join(root, 'packages/bench-report/test/golden/upstream-run');
const cli = (name: string) => join(root, 'packages', name, 'dist/cli.js');

/** A command that is killed. */
export interface Command {
  /** What it is called in messages. */
  name: string;
  /** The file that Node runs, and its arguments. */
  args: readonly string[];
  /** The files and folders that it writes, in its folder, of which every byte is the same after a kill. */
  outputs?: readonly string[];
  /** Those that hold times or memory, which differ from run to run: they must have as many lines. */
  measured?: readonly string[];
}

/** Every command that writes, in a folder with `model.ckpt`, and what those before it wrote. */
export function commands(folder: string): Command[] {
  const at = (name: string) => join(folder, name);
  const ofPackage = (name: string, args: string[]) => [cli(name), ...args, '--quiet'];
  const data = ['--processed-data-file', join(originalRun, 'kaggleAdDisplayChallenge_processed.npz')];
  const models = [...data, '--sparse-model-metadata', at('models.csv')];
  const model = ['--model-path', at('model.ckpt')];
  const calibration = ['--calibration-rows', '300'];
  return [
    {
      name: 'criteo-data synthesize',
      args: ofPackage('criteo-data', ['synthesize', '--rows', '50000', '--output', at('rows.txt')]),
      outputs: ['rows.txt'],
    },
    {
      name: 'criteo-data preprocess',
      args: ofPackage('criteo-data', [
        ...['preprocess', '--raw-data-file', at('rows.txt'), '--processed-data-file', at('rows.npz')],
        ...['--checkpoint-every', '1'],
      ]),
      outputs: ['rows.npz', 'rows_dictionaries.npz', 'rows_day_count.npz'],
    },
    {
      name: 'dlrm train',
      args: ofPackage('dlrm', [
        ...['train', ...data, '--save-model', at('trained.ckpt')],
        ...['--checkpoint-every', '2', '--epochs', '2'],
      ]),
      outputs: ['trained.ckpt'],
    },
    {
      name: 'dlrm predict',
      args: ofPackage('dlrm', ['predict', ...data, ...model, '--output', at('predictions.csv')]),
      outputs: ['predictions.csv'],
    },
    {
      name: 'dlrm convert',
      args: [cli('dlrm'), 'convert', ...model, '--output', at('model.safetensors')],
      outputs: ['model.safetensors'],
    },
    {
      name: 'dlrm export',
      args: [cli('dlrm'), 'export', ...model, '--output', at('model.onnx')],
      outputs: ['model.onnx'],
    },
    {
      name: 'bench-disk',
      args: ofPackage('bench-disk', [
        ...[...model, '--sparsified-model-dump-path', at('dump'), '--output', at('models.csv')],
        ...['--sparsity-levels', '0,0.5,0.9', '--format', 'both'],
      ]),
      outputs: ['dump'],
      measured: ['models.csv'],
    },
    {
      name: 'bench-metrics',
      args: ofPackage('bench-metrics', [...models, '--output', at('quality.csv')]),
      outputs: ['quality.csv'],
    },
    {
      name: 'bench-forward',
      args: ofPackage('bench-forward', [...models, '--output', at('times.csv'), '--runs', '3']),
      measured: ['times.csv'],
    },
    {
      name: 'bench-memory',
      args: ofPackage('bench-memory', [
        ...[...models, '--output', at('memory.csv'), '--sparsity-levels', '0.9'],
      ]),
      measured: ['memory.csv'],
    },
    {
      name: 'bench-activations',
      args: ofPackage('bench-activations', [
        ...[...model, ...data, ...calibration, '--output', at('activations.csv'), '--runs', '2'],
        ...['--sparsity-levels', '0,0.5', '--tables', 'dense', '--scores', 'mean'],
      ]),
      measured: ['activations.csv'],
    },
    {
      name: 'bench-frontier',
      args: ofPackage('bench-frontier', [
        ...[...model, ...data, ...calibration, '--output', at('frontier.csv')],
        ...['--methods', 'rows-nearest,mixed-precision', '--ratios', '4,8'],
        ...['--best-path', at('best'), '--max-auc-loss', '0.5'],
      ]),
      outputs: ['best'],
      measured: ['frontier.csv'],
    },
    {
      name: 'compress-tables',
      args: ofPackage('table-compression', [
        ...[...model, ...data, ...calibration, '--max-auc-loss', '0.01', '--output', at('small.safetensors')],
      ]),
      outputs: ['small.safetensors'],
    },
    {
      name: 'bench-report',
      args: ofPackage('bench-report', [
        ...['create', '--sparse-model-metadata', join(results, 'sparse_model_metadata.csv')],
        ...['--sparse-model-metrics', join(results, 'sparse_model_metrics.csv')],
        ...['--forward-time-info', join(results, 'dlrm_forward_time_info.csv'), '--output-dir', at('report')],
      ]),
      measured: ['report/report.html'],
    },
    {
      name: 'the full benchmark',
      args: [
        join(root, 'examples/full-benchmark/dist/main.js'),
        ...['--rows', '2000', '--sparsity-levels', '0.9', '--norms', 'L1', '--sparse-block-shapes', '1x4'],
        ...['--forward-runs', '2', '--skip-frontier', '--output-dir', at('benchmark'), '--quiet'],
      ],
      outputs: ['benchmark/data', 'benchmark/criteo_model.ckpt', 'benchmark/sparse_model_metrics.csv'],
      measured: ['benchmark/sparse_model_metadata.csv', 'benchmark/activation_sparsity.csv'],
    },
  ];
}

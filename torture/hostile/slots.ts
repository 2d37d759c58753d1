import { linkSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { InputKind } from './inputs.js';

// npm and jest run in the project's folder.
const root = process.cwd();
const original = join(root, 'packages/test-support/test/golden/original-run');
const results = join(root, 'packages/bench-report/test/golden/upstream-run');
const cli = (name: string) => join(root, 'packages', name, 'dist/cli.js');

/** A place in the command line of a command for a file that it reads. */
export interface Slot {
  /** The command and the option. */
  name: string;
  kind: InputKind;
  /** An ordinary file for it. */
  ordinary: string;
  /** The file that Node runs and its arguments, with `input` as that file; outputs go to `folder`. */
  args: (input: string, folder: string) => string[];
  /** Whether a refusal may leave whole files of earlier steps in `folder`. */
  hasSteps?: boolean;
}

/** Files that are made for the slots. */
export interface MadeFiles {
  /** A CSV of bench-disk with one model, and the path of that model in it. */
  models: string;
  modelOfCsv: string;
  /** Raw rows, and the dictionaries of their categories. */
  rows: string;
  dictionaries: string;
  /** A CSV of bench-frontier. */
  frontier: string;
  /** A run.json. */
  runInfo: string;
}

interface Command {
  name: string;
  /** What comes before the inputs. */
  command: readonly string[];
  /** Option, kind and ordinary file of each input. */
  inputs: readonly (readonly [option: string, kind: InputKind, ordinary: string])[];
  /** What comes after the inputs. */
  settings: (folder: string) => readonly string[];
  hasSteps?: boolean;
}

export const model = join(original, 'criteo_model.ckpt');
const modelPath = ['--model-path', 'model', model] as const;
const rowsPath = [
  '--processed-data-file',
  'processed',
  join(original, 'kaggleAdDisplayChallenge_processed.npz'),
] as const;
const dayCounts = ['--day-counts', 'dayCounts', join(original, 'train_day_count.npz')] as const;
const resultsCsv = (name: string) => join(results, `${name}.csv`);
const output = (name: string) => (folder: string) => ['--output', join(folder, name), '--quiet'];

/** Every option of every command that names a file to read. */
export function slots(made: MadeFiles): Slot[] {
  const calibration = ['--calibration-rows', '50'];
  const models = ['--sparse-model-metadata', 'csv', made.models] as const;
  const config = ['--config', 'json', made.runInfo] as const;
  const report = [cli('bench-report'), 'create'];
  const reportOfModels = [...report, '--sparse-model-metadata', resultsCsv('sparse_model_metadata')];
  const reportOutput = (folder: string) => ['--output-dir', join(folder, 'report'), '--quiet'];
  const commands: Command[] = [
    {
      name: 'dlrm evaluate',
      command: [cli('dlrm'), 'evaluate'],
      inputs: [modelPath, rowsPath, dayCounts],
      settings: () => ['--quiet'],
    },
    {
      name: 'dlrm predict',
      command: [cli('dlrm'), 'predict'],
      inputs: [modelPath, rowsPath],
      settings: output('predictions.csv'),
    },
    {
      name: 'dlrm convert',
      command: [cli('dlrm'), 'convert'],
      inputs: [modelPath],
      settings: output('model.safetensors'),
    },
    {
      name: 'dlrm export',
      command: [cli('dlrm'), 'export'],
      inputs: [modelPath],
      settings: output('model.onnx'),
    },
    {
      name: 'dlrm train',
      command: [cli('dlrm'), 'train'],
      inputs: [['--load-model', 'model', model], rowsPath, dayCounts],
      settings: (folder) => ['--save-model', join(folder, 'trained.ckpt'), '--quiet'],
    },
    {
      name: 'bench-disk',
      command: [cli('bench-disk'), '--methods', 'access-norm', '--ratios', '8', ...calibration],
      inputs: [modelPath, rowsPath, dayCounts],
      settings: (folder) => [
        '--sparsified-model-dump-path',
        join(folder, 'dump'),
        ...output('models.csv')(folder),
      ],
    },
    {
      name: 'bench-frontier',
      command: [cli('bench-frontier'), '--methods', 'mixed-precision', '--ratios', '8', ...calibration],
      inputs: [modelPath, rowsPath, dayCounts],
      settings: output('frontier.csv'),
    },
    {
      name: 'bench-activations',
      command: [cli('bench-activations'), '--tables', 'dense', '--runs', '2', ...calibration],
      inputs: [modelPath, rowsPath, dayCounts],
      settings: (folder) => [
        '--sparsity-levels',
        '0.5',
        '--scores',
        'mean',
        ...output('activations.csv')(folder),
      ],
    },
    {
      name: 'compress-tables',
      command: [cli('table-compression'), '--ratio', '8', ...calibration],
      inputs: [modelPath, rowsPath, dayCounts],
      settings: output('small.safetensors'),
    },
    ...['bench-metrics', 'bench-forward', 'bench-memory'].map((name) => ({
      name,
      command: [cli(name), ...(name === 'bench-forward' ? ['--runs', '2'] : [])],
      inputs: [models, rowsPath, dayCounts],
      settings: output('measured.csv'),
    })),
    ...[[modelPath, rowsPath], [['--raw-data-file', 'rows', made.rows] as const], [config]].map((inputs) => ({
      name: 'the full benchmark',
      command: [
        ...[join(root, 'examples/full-benchmark/dist/main.js'), '--sparsity-levels', '0.9', '--norms', 'L1'],
        ...['--sparse-block-shapes', '1x4', '--forward-runs', '2', '--skip-frontier'],
      ],
      inputs,
      settings: (folder: string) => ['--output-dir', join(folder, 'results'), '--quiet'],
      hasSteps: true,
    })),
    {
      name: 'criteo-data preprocess',
      command: [cli('criteo-data'), 'preprocess'],
      inputs: [
        ['--raw-data-file', 'rows', made.rows],
        ['--dictionaries', 'dictionaries', made.dictionaries],
      ],
      settings: (folder) => ['--processed-data-file', join(folder, 'rows.npz'), '--quiet'],
    },
    {
      name: 'bench-report create',
      command: report,
      inputs: [
        ['--sparse-model-metadata', 'csv', resultsCsv('sparse_model_metadata')],
        ['--sparse-model-metrics', 'csv', resultsCsv('sparse_model_metrics')],
        ['--forward-time-info', 'csv', resultsCsv('dlrm_forward_time_info')],
        ['--model-memory-info', 'csv', resultsCsv('model_memory_info')],
        ['--activation-sparsity', 'csv', resultsCsv('activation_sparsity')],
      ],
      settings: reportOutput,
    },
    {
      name: 'bench-report create',
      command: reportOfModels,
      inputs: [
        ['--compression-frontier', 'csv', made.frontier],
        ['--run-info', 'json', made.runInfo],
      ],
      settings: reportOutput,
    },
    {
      name: 'bench-report merge',
      command: [cli('bench-report'), 'merge', resultsCsv('sparse_model_metrics')],
      inputs: [['--like', 'csv', resultsCsv('sparse_model_metadata')]],
      settings: output('merged.csv'),
    },
  ];
  const others: Slot[] = [
    ...['bench-metrics', 'bench-forward', 'bench-memory'].map((name): Slot => ({
      name: `${name}, a model of its CSV`,
      kind: 'model',
      ordinary: made.modelOfCsv,
      args: (input, folder) => {
        const csv = `${input}.models.csv`;
        writeFileSync(csv, readFileSync(made.models, 'utf8').replace(made.modelOfCsv, input));
        return [cli(name), rowsPath[0], rowsPath[2], models[0], csv, ...output('measured.csv')(folder)];
      },
    })),
    {
      name: 'bench-report merge, a part',
      kind: 'csv',
      ordinary: resultsCsv('sparse_model_metadata'),
      args: (input, folder) => [cli('bench-report'), 'merge', input, ...output('merged.csv')(folder)],
    },
    {
      name: 'bench-report compare',
      kind: 'csv',
      ordinary: resultsCsv('sparse_model_metadata'),
      args: (input) => {
        const folder = `${input}.results`;
        mkdirSync(folder, { recursive: true });
        linkSync(input, join(folder, 'sparse_model_metadata.csv'));
        return [cli('bench-report'), 'compare', folder, results];
      },
    },
  ];
  return [...commands.flatMap(slotsOf), ...others];
}

/** A slot for each input of a command; the others are ordinary. */
function slotsOf({ name, command, inputs, settings, hasSteps = false }: Command): Slot[] {
  return inputs.map(([option, kind, ordinary], place) => ({
    name: `${name} ${option}`,
    kind,
    ordinary,
    hasSteps,
    args: (input, folder) => {
      const files = inputs.flatMap(([other, , path], at) => {
        if (at === place) return [other, input];
        // These are not needed.
        return other === '--day-counts' || other === '--dictionaries' ? [] : [other, path];
      });
      return [...command, ...files, ...settings(folder)];
    },
  }));
}

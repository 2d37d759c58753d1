import { Option, type Command, type OptionValues } from 'commander';
import { partPath } from '@ds/files';
import { parseChoice, parseCount } from './options/option-values.js';
import { createProgram, type ProgramDescription } from './program.js';
import { withProgress } from './progress.js';
import { printResult } from './print-result.js';
import {
  dayCountsOption,
  freshOption,
  jsonOption,
  quietOption,
  tablesOption,
} from './options/shared-options.js';
import { parseShard, resolveShard, shardNote } from './options/resolve-shard.js';

/**
 * Creates the command of a benchmark over a grid of models: its own options, then `--output`, `--shard`, `--fresh`, `--json` and `--quiet`,
 * which all benchmarks have. It prints on stdout what was measured and where the results are.
 */
export function createBenchProgram({
  options,
  output,
  progressLabel,
  run,
  ...description
}: ProgramDescription & {
  /** The benchmark's own options. */
  options: readonly Option[];
  /** The CSV that it writes: its contents, for the help, and its default path. */
  output: { holds: string; path: string };
  /** What progress counts, such as `pruned models`. */
  progressLabel: string;
  /** Does the work and returns the rows, and a few words on what was measured, such as `60 models`. */
  run: (
    options: OptionValues,
    part: {
      /** The CSV to write. */
      output: string;
      /** The part to work on; undefined for the whole. */
      shard: { index: number; count: number } | undefined;
      /** Whether to start over instead of continuing an interrupted run. */
      fresh: boolean;
      /** Called with how much an interrupted run finished. */
      onResumed: (finished: number, total: number) => void;
      onProgress: (done: number, total: number) => void;
    },
    /** Prints a line on stderr, unless the command is quiet. */
    note: (text: string) => void,
  ) => Promise<{ measured: string; rows: readonly object[] }>;
}): Command {
  const program = createProgram(description);
  for (const option of options) program.addOption(option);
  return program
    .option('--output <file>', `the CSV with ${output.holds}`, output.path)
    .option(
      '--shard <part>',
      'process only this part, such as 2/8, and put it in the name of the CSV; auto takes it from a Slurm array job or a Kubernetes Indexed Job',
      parseShard,
    )
    .addOption(freshOption())
    .addOption(jsonOption())
    .addOption(quietOption())
    .action(async (values: OptionValues) => {
      const shard = resolveShard(values['shard']);
      // Shards that run the same command line must not write the same file.
      const path = partPath(values['output'], shard);
      const { measured, rows } = await withProgress(
        { quiet: values['quiet'], label: progressLabel },
        (onProgress, note) => {
          const part = shardNote(shard, values['shard']);
          if (part) note(part);
          const onResumed = (finished: number, total: number) =>
            note(`resuming after ${finished} of ${total} ${progressLabel}; --fresh starts over`);
          return run(values, { output: path, shard, fresh: values['fresh'], onResumed, onProgress }, note);
        },
      );
      printResult(values, { text: `${measured}: ${path}`, document: { output: path, rows } });
    });
}

/** The input options of a benchmark that runs the models of bench-disk on processed rows. */
export function modelsAndDataOptions({ rows }: { rows: string }): Option[] {
  return [
    new Option('--processed-data-file <file>', `the processed rows (npz); ${rows}`).makeOptionMandatory(),
    new Option('--sparse-model-metadata <file>', 'the CSV that bench-disk wrote').makeOptionMandatory(),
    new Option('--raw-data-file <file>', 'the raw rows; only the day counts next to them are read'),
    dayCountsOption(),
    new Option(
      '--model-path <file>',
      'the model that bench-disk was given, if it kept no models: they are made from it again',
    ),
    tablesOption("bench-disk's --table, for such models"),
    new Option('--calibration-rows <rows>', "bench-disk's, for such models (default: 100000)").argParser(
      parseCount(1),
    ),
    new Option('--seed <number>', "bench-disk's, for such models (default: 1)").argParser(parseCount()),
  ];
}

/**
 * What models without a file are made from, as `modelsAndDataOptions` say.
 *
 * @throws Error naming an option that says nothing without `--model-path`
 */
export function madeFromOf({
  modelPath,
  table: tables,
  calibrationRows,
  seed,
}: {
  modelPath?: string;
  table?: readonly string[];
  calibrationRows?: number;
  seed?: number;
}) {
  if (modelPath !== undefined) return { modelPath, tables, calibrationRows, seed };
  const given = Object.entries({ '--table': tables, '--calibration-rows': calibrationRows, '--seed': seed });
  const useless = given.find(([, value]) => value !== undefined)?.[0];
  if (useless !== undefined) throw new Error(`${useless}: expected --model-path with it, found none`);
  return undefined;
}

/**
 * The day counts of `modelsAndDataOptions`, in the form that `openCriteoDataset` of @ds/criteo-data takes. A command may open
 * the data many times; `note` is told once where they were found.
 */
export function dayCountsOf(
  { dayCounts, rawDataFile }: { dayCounts?: string; rawDataFile?: string },
  note: (text: string) => void,
) {
  const told = new Set<string>();
  return {
    file: dayCounts,
    rawDataFile,
    onFound: (file: string) => {
      if (!told.has(file)) note(`days as counted in ${file}`);
      told.add(file);
    },
  };
}

/** `--engine`. `engineChoices` come from @ds/dlrm. */
export function benchEngineOption(engineChoices: readonly string[]): Option {
  return new Option('--engine <engine>', 'what runs the network, see `dlrm engines`')
    .argParser(parseChoice(engineChoices))
    .default('auto');
}

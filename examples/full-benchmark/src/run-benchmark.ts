import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { timesPath } from '@ds/bench-models';
import { runActivationsBenchmark } from '@ds/bench-activations';
import { runDiskBenchmark } from '@ds/bench-disk';
import { runForwardBenchmark } from '@ds/bench-forward';
import { runFrontierBenchmark } from '@ds/bench-frontier';
import { runMemoryBenchmark } from '@ds/bench-memory';
import { runMetricsBenchmark } from '@ds/bench-metrics';
import { createReport, describeMachine, type Report, type RunInfo } from '@ds/bench-report';
import { dayCountFiles, preprocessCriteo, requireSplitRows } from '@ds/criteo-data';
import type { Progress } from '@ds/command-line';
import { engineLine, type EngineDescription } from '@ds/dlrm';
import { fingerprintOf, openJournal, whileHolding, writeWhole, type Journal } from '@ds/files';
import { checkModel } from './check-model.js';
import { activationsPlan, forwardPlan } from './forward-plan.js';
import type { BenchmarkOptions } from './options.js';
import { describeRun } from './describe-run.js';
import { refuseLeftResults } from './left-results.js';
import { neededSplits } from './needed-splits.js';
import { plannedStages } from './planned-stages.js';
import { packageVersions, recordRun, type RunRecord } from './run-record.js';
import { resumedStages, type FinishedStage } from './resumed-stages.js';
import { createStages } from './stages.js';
import { trainModel, type TrainedModel } from './train-model.js';

/** How many times smaller tables are, where a method can choose: far enough that something is lost. */
const frontierRatios = [8, 16, 30, 56, 100, 170, 300, 600, 1000];

/** The output of the benchmark. */
export interface BenchmarkResult {
  report: Report;
  /** Paths of the CSV files. */
  csvFiles: string[];
  /** Seconds that each stage took, in order. */
  seconds: ReadonlyMap<string, number>;
}

/**
 * The whole benchmark: rows in, report out. Each file is replaced as a whole when its stage is done. If a run ends early,
 * the next one with the same options and inputs continues it, even within a stage.
 *
 * @throws Error naming the stage that failed; files of earlier stages and earlier runs stay. Error if another process is
 *   running a benchmark in the folder, or if it has results of an earlier run that this one would not replace.
 */
export async function runBenchmark(options: BenchmarkOptions, progress: Progress): Promise<BenchmarkResult> {
  const runFile = join(resolve(options.outputDir), 'run.json');
  // Locks the last output from the start, so that two runs in one folder cannot mix their files.
  return whileHolding([runFile], async () => {
    refuseLeftResults(options);
    const settings = {
      ...options,
      versions: packageVersions(),
      fresh: undefined,
      quiet: undefined,
      wide: undefined,
      flags: undefined,
      json: undefined,
    };
    const { fresh, rawDataFile, processedDataFile, modelPath } = options;
    // Rows that are preprocessed here are in a folder of this benchmark.
    const dayCounts = processedDataFile === undefined ? [] : await dayCountFiles(processedDataFile);
    const inputs = [rawDataFile, processedDataFile, modelPath, ...dayCounts];
    const fingerprint = await fingerprintOf(settings, inputs);
    const journal = openJournal<FinishedStage>({ output: runFile, fingerprint, fresh });
    if (journal.finished.size > 0) {
      progress.note(`resuming after ${[...journal.finished.keys()].join(', ')}; --fresh starts over`);
    }
    const result = await runStages({ options, progress, journal });
    journal.remove();
    return result;
  });
}

async function runStages({
  options,
  progress,
  journal,
}: {
  options: BenchmarkOptions;
  progress: Progress;
  journal: Journal<FinishedStage>;
}): Promise<BenchmarkResult> {
  const outputDir = resolve(options.outputDir);
  const at = (name: string) => join(outputDir, name);
  const { data, rows, seed, threads, engine, grid, keepModels } = options;
  const stages = createStages(progress, plannedStages(options));
  const stage = resumedStages(stages, journal);
  const resume = {
    fresh: options.fresh,
    onResumed: (finished: number, total: number) => progress.note(`resuming after ${finished} of ${total}`),
  };

  // Reported once, and again only if a stage uses another engine.
  let reportedEngine: string | undefined;
  const onEngine = (description: EngineDescription): void => {
    const line = engineLine(description);
    if (line !== reportedEngine) progress.note(line);
    reportedEngine = line;
  };

  const rawDataFile = options.rawDataFile ?? at('data/train.txt');
  const processedDataFile = options.processedDataFile ?? at('data/kaggleAdDisplayChallenge_processed.npz');
  if (!options.processedDataFile) {
    if (!options.rawDataFile) {
      await stage(data.stage.name, {
        files: () => [rawDataFile],
        work: (onProgress) => data.write({ rows, seed, output: rawDataFile, threads, onProgress }),
      });
    }
    await stage('preprocess', {
      files: () => [processedDataFile],
      work: (onProgress) => preprocessCriteo({ rawDataFile, processedDataFile, threads, onProgress }),
    });
  }

  // Not only by the stages that need them, which may come after hours.
  await requireSplitRows({ processedDataFile, splits: neededSplits(options) });

  const modelPath = options.modelPath ?? at('criteo_model.ckpt');
  const { facts, epochs }: Pick<TrainedModel, 'facts'> & Partial<TrainedModel> = options.modelPath
    ? { facts: await stages.run('check the model', () => checkModel({ modelPath, processedDataFile })) }
    : await stage('train', {
        files: () => [modelPath],
        work: (onProgress) => trainModel({ ...options, processedDataFile, modelPath, onEngine, onProgress }),
      });

  const sparseModelMetadata = at('sparse_model_metadata.csv');
  const models = await stage('prune and zip models', {
    work: (onProgress) =>
      runDiskBenchmark({
        ...grid,
        modelPath,
        dumpPath: at('models'),
        keepModels: keepModels === 'all' ? 'all' : 'none',
        calibration: { processedDataFile, seed, engine, onEngine },
        output: sparseModelMetadata,
        // The memory of sparse tables is measured on the sparse files.
        format: 'both',
        threads,
        ...resume,
        onProgress,
      }),
    files: (rows) => [
      sparseModelMetadata,
      ...rows.flatMap(({ path, sparsePath }) => [path, sparsePath].filter((file) => file !== undefined)),
    ],
  });

  // What is not kept is made again.
  const madeFrom = keepModels === 'all' ? undefined : { modelPath, seed };
  const sparseModelMetrics = at('sparse_model_metrics.csv');
  await stage('quality', {
    files: () => [sparseModelMetrics],
    work: (onProgress) =>
      runMetricsBenchmark({
        processedDataFile,
        sparseModelMetadata,
        output: sparseModelMetrics,
        madeFrom,
        engine,
        onEngine,
        ...resume,
        onProgress,
      }),
  });

  const forwardTimeInfo = at('dlrm_forward_time_info.csv');
  const forward = forwardPlan(options);
  await stage('forward time', {
    files: () => [forwardTimeInfo],
    work: (onProgress) =>
      runForwardBenchmark({
        processedDataFile,
        sparseModelMetadata,
        output: forwardTimeInfo,
        madeFrom,
        runs: forward.runs,
        sparsityLevels: forward.sparsityLevels,
        engine,
        onEngine,
        ...resume,
        onProgress,
      }),
  });

  const modelMemoryInfo = at('model_memory_info.csv');
  await stage('memory', {
    files: () => [modelMemoryInfo],
    work: (onProgress) =>
      runMemoryBenchmark({
        processedDataFile,
        sparseModelMetadata,
        output: modelMemoryInfo,
        madeFrom,
        sparsityLevels: forward.sparsityLevels,
        engine,
        onEngine,
        ...resume,
        onProgress,
      }),
  });

  const compressionFrontier = options.skipFrontier ? undefined : at('compression_frontier.csv');
  if (compressionFrontier !== undefined) {
    await stage('frontier', {
      work: (onProgress) =>
        runFrontierBenchmark({
          modelPath,
          processedDataFile,
          output: compressionFrontier,
          methods: options.frontierMethods,
          ratios: frontierRatios,
          grid,
          maxAucLoss: options.maxAucLoss,
          bestPath: keepModels === 'none' ? undefined : at('best'),
          seed,
          threads,
          engine,
          onEngine,
          fresh: options.fresh,
          onResumed: (finished) => progress.note(`resuming after ${finished} models`),
          onStage: (label) => (label === 'methods' ? onProgress : () => undefined),
        }),
      files: ({ best }) => [compressionFrontier, ...(best?.path === undefined ? [] : [best.path])],
    });
  }

  const activationSparsity = options.skipActivations ? undefined : at('activation_sparsity.csv');
  if (activationSparsity !== undefined) {
    await stage('sparse activations', {
      files: () => [activationSparsity],
      work: (onProgress) =>
        runActivationsBenchmark({
          modelPath,
          processedDataFile,
          output: activationSparsity,
          ...activationsPlan(options),
          seed,
          engine,
          threads,
          onEngine,
          ...resume,
          onProgress,
        }),
    });
  }

  const csvFiles = [
    ...[sparseModelMetadata, sparseModelMetrics, forwardTimeInfo, modelMemoryInfo, activationSparsity],
    compressionFrontier,
  ].filter((path) => path !== undefined);
  const report = await stages.run('report', async (onProgress) => {
    const inputs = { ...(options.processedDataFile ? {} : { rawDataFile }), processedDataFile, modelPath };
    const results = [...csvFiles, ...csvFiles.map(timesPath)].filter((path) => existsSync(path));
    const record = await recordRun({
      flags: options.flags,
      seeds: { data: seed, model: seed, training: seed, calibration: seed },
      ...(reportedEngine !== undefined && { engine: reportedEngine }),
      ...(epochs && { training: epochs }),
      files: { ...inputs, ...Object.fromEntries(results.map((path) => [basename(path), path])) },
    });
    const runInfo: RunInfo & RunRecord = {
      ...describeRun({ options, training: facts, forward, models: models.length, seconds: stages.seconds }),
      machine: describeMachine(),
      ...record,
    };
    await writeWhole(at('run.json'), (file) => file.writeFile(`${JSON.stringify(runInfo, null, 2)}\n`));
    const made = await createReport({
      sparseModelMetadata,
      sparseModelMetrics,
      forwardTimeInfo,
      modelMemoryInfo,
      activationSparsity,
      compressionFrontier,
      maxAucLoss: options.maxAucLoss,
      tableWidth: options.wide ? Infinity : undefined,
      outputDir,
      runInfo,
    });
    onProgress(1, 1);
    return made;
  });
  return {
    report,
    csvFiles,
    seconds: stages.seconds,
  };
}

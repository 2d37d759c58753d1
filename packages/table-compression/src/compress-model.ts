import { openCriteoDataset, type DayCountOptions, type Split } from '@ds/criteo-data';
import { isProjectedKind, type MixedPrecisionTable } from '@ds/data-sparsifier';
import {
  binaryClassificationMetrics,
  checkTablesFitData,
  columnsOfTables,
  Dlrm,
  evaluate,
  pairedAucDifference,
  type EngineChoice,
  type ModelState,
  type PairedAucDifference,
} from '@ds/dlrm';
import { naming, whileHolding } from '@ds/files';
import { loadTables, type CheckpointMetadata, type StateDict } from '@ds/tensor-files';
import type { CompressModelOptions, OnStage } from './compress-model-options.js';
import { measureTables, type RowForm } from './compress-tables.js';
import { compressWithinAucLoss } from './compress-within-auc-loss.js';
import { tableImportance } from './importance/table-importance.js';
import { expectExtension, outputFormat, type OutputFormat } from './output-formats.js';
import { refitTables, type RefitTables } from './refit/refit-tables.js';
import { openTriedSizes, type TriedSizes } from './tried-sizes.js';

/** The quality of a model's predictions. */
export interface Quality {
  /** Area under the ROC curve. */
  rocAuc: number;
  /** Mean binary cross-entropy, in nats. */
  logLoss: number;
}

/** The result of `compressModel`. */
export interface CompressedModel {
  /** Bytes of the dense tables, in float32. */
  denseBytes: number;
  /** Bytes of the compressed tables, including codes, scales and index. */
  bytes: number;
  /** Each table. */
  tables: {
    /** Its name in the state dict. */
    name: string;
    /** Its number of rows, including pruned ones. */
    rows: number;
    /** Values in a row. */
    dim: number;
    /** How many rows are stored with each number of bits per value. */
    rowsOfBits: Record<number, number>;
    /** How many rows are projected. */
    projectedRows: number;
    /** Its bytes, including codes, scales and index. */
    bytes: number;
  }[];
  /** Quality on the test split, dense and compressed; missing without data. */
  quality?: {
    /** Rows of the test split. */
    rows: number;
    /** Of the dense model. */
    before: Quality;
    /** Of the compressed model. */
    after: Quality;
    /** The change of ROC AUC, with its 95 % interval. */
    aucChange: PairedAucDifference;
  };
  /** What the refit did; missing if there was none. */
  refit?: {
    /** Whether it was taken: its change of ROC AUC is above 0 beyond its interval. */
    isTaken: boolean;
    /** Number of scales that were fitted. */
    scales: number;
    /** Rows of the validation split that they were fitted to. */
    fittedRows: number;
    /** Further rows of it that decided. */
    decidingRows: number;
    /** The change of ROC AUC on these, with its 95 % interval. */
    change: PairedAucDifference;
    /** The dense model after the same refit, on the test split; missing if it was not taken. */
    base?: Quality & {
      /** The change of ROC AUC from it to the compressed model, with its 95 % interval. */
      aucChange: PairedAucDifference;
    };
  };
  /** From reading the first byte to writing the last one. */
  seconds: number;
}

/**
 * Compresses the embedding tables of a checkpoint and writes the model atomically. If the goal is a bound on AUC, the size is
 * chosen on the validation split; quality is measured on the test split.
 * Sizes that an interrupted search evaluated are not evaluated again, unless something that they depend on has changed.
 *
 * @throws Error naming the file, if one cannot be read, model and data do not match, a split has labels of one class, or no
 *   tables meet the bound
 */
export async function compressModel(options: CompressModelOptions): Promise<CompressedModel> {
  const { output, processedDataFile, goal, onResumed } = options;
  const format = outputFormat(options.format ?? 'safetensors');
  expectExtension(format, output);
  if ('maxAucLoss' in goal && !processedDataFile) throw new Error('a bound on the loss of AUC needs data');
  if (options.refit && !processedDataFile) throw new Error('a refit needs data');
  return whileHolding([output], async () => {
    const rows = format.hasProjectedRows ? (options.rows ?? 'projected') : 'quantized';
    const sizes = await openTriedSizes(options, rows);
    if (sizes.count > 0) onResumed?.(sizes.count);
    try {
      const compressed = await compressAndSave(options, { format, rows, sizes });
      sizes.remove();
      return compressed;
    } catch (error) {
      // The search has ended: even the largest tables lose more.
      if (error instanceof RangeError) sizes.remove();
      throw error;
    }
  });
}

async function compressAndSave(
  {
    modelPath,
    processedDataFile,
    goal,
    rows: wantedRows = 'projected',
    refit = false,
    output,
    calibrationRows,
    seed,
    engine,
    tables: patterns,
    dayCounts,
    onEngine,
    onNote,
    onStage = () => () => undefined,
  }: CompressModelOptions,
  { format, rows, sizes }: { format: OutputFormat; rows: RowForm; sizes: TriedSizes },
): Promise<CompressedModel> {
  const start = performance.now();
  if (rows !== wantedRows) onNote?.(`${format.id} has no projected rows: all rows are quantized`);
  const { stateDict: state, names, metadata } = await loadTables(modelPath, { tables: patterns, onNote });
  const columns = processedDataFile ? columnsOfTables(state, names, modelPath) : undefined;
  const dense = Object.fromEntries(names.map((name) => [name, state[name]!]));
  const data = processedDataFile
    ? await openModelAndData({
        ...{ state, metadata, modelPath, processedDataFile, dayCounts, engine },
        onNote,
        onStage,
      })
    : undefined;
  if (data) onEngine?.(data.model.engine);
  try {
    const importance =
      data &&
      (await data.withSplit('train', (dataset) =>
        naming(processedDataFile!, () =>
          tableImportance({
            model: data.model,
            dataset,
            calibrationRows,
            seed,
            columns,
            onProgress: onStage('importance'),
          }),
        ),
      ));
    const measured = measureTables({
      ...{ tables: dense, importance, rows },
      onProgress: onStage('measure rows'),
    });
    let tables: Record<string, MixedPrecisionTable>;
    if ('maxAucLoss' in goal) {
      const auc = async (small?: Record<string, MixedPrecisionTable>) =>
        (await data!.score('validation', small)).rocAuc;
      const found = await compressWithinAucLoss({
        tables: measured,
        auc,
        baseAuc: await sizes.baseAuc(auc),
        maxAucLoss: goal.maxAucLoss,
        known: sizes.known,
        onTried: sizes.keep,
      });
      tables = found.tables;
    } else {
      tables = measured.compress(goal);
    }

    const refitted =
      refit && data
        ? await data.withSplit('validation', (dataset) =>
            refitTables({
              ...{ state, tables, dataset, columns: columns!, importance: importance! },
              options: { engine, metadata },
            }),
          )
        : undefined;
    if (refitted) tables = refitted.tables;
    const { quality, base } = data ? await compareOnTestRows(data, tables, refitted) : {};
    const tensors = Object.fromEntries(Object.entries(state).filter(([name]) => !(name in dense)));
    await format.save(output, { tables, tensors, metadata });
    return {
      denseBytes: measured.denseBytes,
      bytes: Object.values(tables).reduce((sum, { byteLength }) => sum + byteLength, 0),
      tables: Object.entries(tables).map(([name, { rows, dim, rowsOfBits, byteLength }]) => ({
        name,
        rows,
        dim,
        ...rowCounts(rowsOfBits),
        bytes: byteLength,
      })),
      ...(quality && { quality }),
      ...(refitted && { refit: { ...refitReport(refitted), ...(base && { base }) } }),
      seconds: (performance.now() - start) / 1000,
    };
  } finally {
    await data?.model.dispose();
  }
}

/** The number of rows for each number of bits, and of projected rows. */
function rowCounts(
  counts: MixedPrecisionTable['rowsOfBits'],
): Pick<CompressedModel['tables'][number], 'rowsOfBits' | 'projectedRows'> {
  const entries = Object.entries(counts).map(([kind, rows]) => [Number(kind), rows] as const);
  const isProjected = ([kind]: readonly [number, number]) => isProjectedKind(kind);
  return {
    rowsOfBits: Object.fromEntries(entries.filter((entry) => !isProjected(entry))),
    projectedRows: entries.filter(isProjected).reduce((sum, [, rows]) => sum + rows, 0),
  };
}

interface Scores {
  labels: Float32Array;
  scores: Float32Array;
  rocAuc: number;
  logLoss: number;
}

/** The dense model, and functions that evaluate it on a split with its own or other tables. */
async function openModelAndData({
  state,
  metadata,
  modelPath,
  processedDataFile,
  dayCounts,
  engine,
  onNote,
  onStage,
}: {
  state: StateDict;
  metadata: CheckpointMetadata;
  modelPath: string;
  processedDataFile: string;
  dayCounts: DayCountOptions | undefined;
  engine: EngineChoice | undefined;
  onNote: ((note: string) => void) | undefined;
  onStage: OnStage;
}) {
  const model = await naming(modelPath, () => Dlrm.fromStateDict(state, { engine, metadata }));
  let isNoted = false;
  const noteOnce = (note: string) => {
    if (!isNoted) onNote?.(note);
    isNoted = true;
  };
  type Dataset = Awaited<ReturnType<typeof openCriteoDataset>>;
  const withSplit = async <Result>(split: Split, use: (dataset: Dataset) => Promise<Result>) => {
    const dataset = await openCriteoDataset({
      processedDataFile,
      split,
      dayCounts,
      onProgress: onStage(`read ${split} rows`),
    });
    try {
      checkTablesFitData({
        ...{ config: model.config, metadata },
        ...{ counts: dataset.counts, idsFingerprint: dataset.idsFingerprint },
        denseFeatures: dataset.denseFeatures,
        ...{ modelPath, dataPath: processedDataFile },
        onNote: noteOnce,
      });
      if (dataset.length === 0) {
        throw new Error(`${processedDataFile}: expected rows in the ${split} split, found none`);
      }
      return await use(dataset);
    } finally {
      await dataset.close();
    }
  };
  const score = (split: Split, tables?: ModelState): Promise<Scores> =>
    withSplit(split, async (dataset) => {
      const scored = tables ? await Dlrm.fromStateDict({ ...state, ...tables }, { engine, metadata }) : model;
      try {
        const { labels, scores } = await evaluate({ model: scored, dataset });
        const { rocAuc, logLoss } = binaryClassificationMetrics(labels, scores);
        if (rocAuc === undefined || logLoss === undefined) {
          throw new Error(
            `${processedDataFile}: expected both labels in the ${split} split, found ${labels[0]} only`,
          );
        }
        return { labels, scores, rocAuc, logLoss };
      } finally {
        if (tables) await scored.dispose();
      }
    });
  return { model, withSplit, score };
}

async function compareOnTestRows(
  { score }: { score: (split: Split, tables?: ModelState) => Promise<Scores> },
  tables: Record<string, MixedPrecisionTable>,
  refitted: RefitTables | undefined,
) {
  const before = await score('test');
  const after = await score('test', tables);
  const of = ({ rocAuc, logLoss }: Scores) => ({ rocAuc, logLoss });
  const changeFrom = (from: Scores) => pairedAucDifference(from.labels, from.scores, after.scores);
  const quality = {
    rows: before.labels.length,
    before: of(before),
    after: of(after),
    aucChange: changeFrom(before),
  };
  if (!refitted?.isTaken) return { quality };
  const base = await score('test', refitted.base);
  return { quality, base: { ...of(base), aucChange: changeFrom(base) } };
}

function refitReport({ isTaken, scales, fittedRows, decidingRows, change }: RefitTables) {
  return { isTaken, scales, fittedRows, decidingRows, change };
}

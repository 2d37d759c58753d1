import { checkOutputs, fingerprintOf, whileHolding } from '@ds/files';
import { columnsOfTables } from '@ds/dlrm';
import { loadTables } from '@ds/tensor-files';
import {
  methodOf,
  methodsWithIds,
  methodsWithScopes,
  modelColumns,
  modelName,
  modelZipPath,
  sizeColumns,
  sourceKey,
  sweepsOfShard,
  writeResultsCsv,
  type DumpFormat,
  type GridPoint,
  type Method,
  type SparseModelMetadata,
} from '@ds/bench-models';
import { dumpModels, type PlannedModel } from './dump/dump-models.js';
import { openDumpJournal } from './dump/dump-journal.js';
import type { DiskBenchmarkOptions, DumpedMetadata } from './disk-benchmark-options.js';
import { dumpExtension } from './dump/dump-extension.js';
import type { DumpedFile } from './dump/dump-task.js';
import { calibrationFiles, measureImportance } from './measure-importance.js';
import { narrowTypeNote } from './narrow-type-note.js';
import { sourceFingerprint } from './source-fingerprint.js';
import { spaceNote } from './space-note.js';
import { version } from '../package.json';

/**
 * Compresses the embedding tables of a trained model with one or more methods, by default like the original: at every
 * norm, block shape and level of a grid. Writes each model as a zip, and `sparse_model_metadata.csv` for all of them. This
 * is the benchmark of the original's `evaluate_disk_savings.py`.
 *
 * If a run ends early, it leaves a journal of its models next to the output. The next run with the same settings, source
 * model and training rows continues after those whose files are unchanged.
 *
 * A model goes to `<dumpPath>/<norm>/config_(1, 4)/criteo_model_norm=<norm>_sl=<level>.zip`. The zip holds a `.ckpt` that
 * PyTorch loads if the input was a PyTorch file, otherwise a `.safetensors`. The comment of the zip identifies the model
 * and its source, so that files of different runs can be told apart.
 *
 * @returns a row for each model, in the order of the CSV
 * @throws Error naming the value or the file, for a grid that `benchmarkGrid` refuses; a checkpoint that cannot be read,
 *   has no embedding table or a value that is NaN or infinite; training rows that are missing or do not fit the model; or
 *   an output that cannot be written or that another process is writing. Then the CSV is not written, but models that were
 *   already written stay.
 */
export async function runDiskBenchmark(
  options: DiskBenchmarkOptions & { dumpPath: string; keepModels?: 'all' },
): Promise<DumpedMetadata[]>;
export async function runDiskBenchmark(options: DiskBenchmarkOptions): Promise<SparseModelMetadata[]>;
export async function runDiskBenchmark({
  modelPath,
  dumpPath: givenDumpPath,
  output,
  methods: methodIds,
  scope,
  calibration,
  format = 'dense',
  keepModels = 'all',
  shard,
  threads,
  tables,
  fresh,
  onNote,
  onResumed,
  onProgress,
  ...settings
}: DiskBenchmarkOptions): Promise<SparseModelMetadata[]> {
  const methods = chosenMethods(methodIds, scope);
  const areKept = keepModels === 'all';
  if (areKept && givenDumpPath === undefined) {
    throw new Error(
      'dumpPath: expected a folder for the models, found none; only keepModels: none needs none',
    );
  }
  const dumpPath = areKept ? givenDumpPath : undefined;
  const calibrated = methods.find(({ needs }) => needs === 'calibration');
  if (calibrated && !calibration) {
    throw new Error(
      `method ${calibrated.id}: expected training rows to rank by, found no processed data file`,
    );
  }
  const grid = methods.flatMap((method) => method.grid(settings));
  const sweeps = sweepsOfShard(grid, shard);
  const points = sweeps.flat();
  const extension = dumpExtension(modelPath);
  const filesAt = (point: GridPoint) => filesOf({ dumpPath, point, format, extension });
  const modelFiles = points.flatMap((point) => filesAt(point).flatMap(({ path }) => path ?? []));
  checkOutputs({
    inputs: [modelPath, ...(calibration ? await calibrationFiles(calibration) : [])],
    outputs: [output, ...modelFiles],
  });
  const fingerprint = await fingerprintOf(
    {
      version,
      points,
      format,
      keepModels,
      tables,
      files: modelFiles,
      calibration: calibrated && calibration,
    },
    [modelPath, ...(calibrated && calibration ? await calibrationFiles(calibration) : [])],
  );
  return whileHolding([output, ...modelFiles], async () => {
    const journal = openDumpJournal({ output, fingerprint, fresh });
    const rows = await writeResultsCsv({
      path: output,
      columns: modelColumns(sizeColumns({ areKept }), grid.flat()),
      makeRows: async () => {
        const found = await Promise.all(points.map((_, place) => journal.finishedRow(place)));
        let done = found.filter((row) => row !== undefined).length;
        if (done > 0) onResumed?.(done, points.length);
        onProgress?.(done, points.length);
        const left = sweeps
          .map((sweep) => sweep.filter((point) => !found[points.indexOf(point)]))
          .filter((sweep) => sweep.length > 0);
        if (left.length === 0) return found as SparseModelMetadata[];
        const { stateDict, names, metadata: ofFile } = await loadTables(modelPath, { tables, onNote });
        const columns = calibrated && columnsOfTables(stateDict, names, modelPath);
        const metadata = { ...ofFile, [sourceKey]: sourceFingerprint(stateDict) };
        const narrow = narrowTypeNote({ stateDict, names, format, points: left.flat() });
        if (narrow) onNote?.(`${modelPath}: ${narrow}`);
        const space =
          dumpPath !== undefined &&
          (await spaceNote({ stateDict, tables: names, dumpPath, points: left.flat(), format }));
        if (space) onNote?.(space);
        const chosen = Object.fromEntries(names.map((name) => [name, stateDict[name]!]));
        const importance =
          columns && calibration
            ? await measureImportance({ stateDict, columns, metadata, modelPath, calibration, onNote })
            : undefined;
        const models: PlannedModel[] = [];
        for (const sweep of left) {
          const start = performance.now();
          const plan = await methodOf(sweep[0]!).sweep(chosen, sweep, { threads, importance });
          const sweepTimeSec = (performance.now() - start) / 1000 / sweep.length;
          for (const point of sweep) {
            models.push({ plan, sweepTimeSec, point, files: filesAt(point) });
          }
        }
        await dumpModels({
          stateDict,
          metadata,
          models,
          threads,
          onDumped: async (row, index) => {
            const place = points.indexOf(models[index]!.point);
            found[place] = row;
            await journal.keep(place, row);
            onProgress?.(++done, points.length);
          },
        });
        return found as SparseModelMetadata[];
      },
    });
    journal.remove();
    return rows;
  });
}

/** The methods with these ids or scopes, by default the original's. @throws Error naming what there is not, or twice. */
export function chosenMethods(
  ids: readonly string[] | undefined,
  scopes: readonly string[] | undefined,
): readonly Method[] {
  if (ids && scopes) throw new Error('expected methods or scopes, found both');
  return ids ? methodsWithIds(ids) : methodsWithScopes(scopes ?? ['table']);
}

/** The files of one model, the dense one first; without paths if their sizes are only counted. */
function filesOf({
  dumpPath,
  point,
  format,
  extension,
}: {
  dumpPath: string | undefined;
  point: GridPoint;
  format: DumpFormat;
  extension: 'ckpt' | 'safetensors';
}): DumpedFile[] {
  const path = dumpPath === undefined ? undefined : modelZipPath(dumpPath, point);
  const name = modelName(point);
  const dense: DumpedFile = { path, entryName: `${name}.${extension}`, format: extension };
  const sparse: DumpedFile = {
    path: format === 'both' ? path?.replace(/zip$/, 'sparse.zip') : path,
    entryName: `${name}.safetensors`,
    format: 'sparse',
  };
  return format === 'dense' ? [dense] : format === 'sparse' ? [sparse] : [dense, sparse];
}

import { readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { FrontierPoint, GridPoint } from '@ds/bench-models';
import { dayCountFiles } from '@ds/criteo-data';
import { fileIdentity, fingerprintOf, nameWithin, openJournal } from '@ds/files';
import { saveCheckpoint, type CheckpointMetadata, type StateDict } from '@ds/tensor-files';
import { version } from '../package.json';
import type { FrontierSettings } from './frontier-options.js';

/** A model of the frontier: its seed and method, its point, and the ratio that it was made for. */
export interface ModelKey {
  seed: number;
  method: string;
  point: GridPoint;
  wantedRatio?: number | undefined;
}

/** What a run has finished so far, kept next to its output until that is written. */
export interface FrontierJournal {
  /** How many models an earlier run finished. */
  readonly finishedModels: number;
  /** The row of a model that an earlier run finished, if the file of the model is still as it was written. */
  rowOf(key: ModelKey): Promise<FrontierPoint | undefined>;
  /** All models of a method, in order, if an earlier run finished all of them. */
  finishedMethod(seed: number, method: string): Promise<{ key: ModelKey; row: FrontierPoint }[] | undefined>;
  /** The file of a model that an earlier run trained, and its metadata. */
  trainedModel(seed: number): Promise<{ path: string; metadata: CheckpointMetadata } | undefined>;
  /** Records that a model is measured and its file is written. */
  keepRow(key: ModelKey, row: FrontierPoint): Promise<void>;
  /** Records that all models of a method are measured. */
  keepMethod(seed: number, method: string): void;
  /** Saves a model that was trained. */
  keepTrained(seed: number, stateDict: StateDict, metadata: CheckpointMetadata): Promise<void>;
  /** Removes all of it. */
  remove(): void;
}

interface Entry {
  key?: ModelKey;
  row?: FrontierPoint;
  /** Of the file of the model. */
  identity?: string | undefined;
  metadata?: CheckpointMetadata;
}

/** Opens the journal of a run, as `openJournal` does. */
export async function openFrontierJournal(
  settings: FrontierSettings & { methodIds: readonly string[] },
): Promise<FrontierJournal> {
  const { output, fresh } = settings;
  const journal = openJournal<Entry>({ output, fresh, fingerprint: await fingerprintOfRun(settings) });
  const finished = [...journal.finished.values()];
  const prefix = `.${nameWithin(output)}.seed-`;
  const trainedName = (seed: number) => `${prefix}${seed}.safetensors`;
  const trainedPath = (seed: number) => join(dirname(output), trainedName(seed));
  /** Also those of a run with other settings, which cannot be continued. */
  const removeTrained = (isKept: (name: string) => boolean) => {
    for (const name of readdirSync(dirname(output))) {
      const isTrained = name.startsWith(prefix) && /^\d+\.safetensors$/.test(name.slice(prefix.length));
      if (isTrained && !isKept(name)) rmSync(join(dirname(output), name), { force: true });
    }
  };
  const rowOf = async (key: ModelKey) => {
    const { row, identity } = journal.finished.get(keyText(key)) ?? {};
    const isWritten = row?.path === undefined || (await fileIdentity(row.path)) === identity;
    return isWritten ? row : undefined;
  };
  removeTrained((name) => journal.finished.has(name));
  return {
    finishedModels: finished.filter(({ row }) => row).length,
    rowOf,
    async finishedMethod(seed, method) {
      if (!journal.finished.has(methodText(seed, method))) return undefined;
      const models: { key: ModelKey; row: FrontierPoint }[] = [];
      for (const { key } of finished) {
        if (key?.seed !== seed || key.method !== method) continue;
        const row = await rowOf(key);
        if (!row) return undefined;
        models.push({ key, row });
      }
      return models;
    },
    async trainedModel(seed) {
      const { identity, metadata = {} } = journal.finished.get(trainedName(seed)) ?? {};
      const path = trainedPath(seed);
      const isWhole = identity !== undefined && (await fileIdentity(path)) === identity;
      return isWhole ? { path, metadata } : undefined;
    },
    async keepRow(key, row) {
      const identity = row.path === undefined ? undefined : await fileIdentity(row.path);
      journal.keep(keyText(key), { key, row, identity });
    },
    keepMethod: (seed, method) => journal.keep(methodText(seed, method), {}),
    async keepTrained(seed, stateDict, metadata) {
      const path = trainedPath(seed);
      await saveCheckpoint(path, stateDict, { metadata });
      journal.keep(trainedName(seed), { identity: await fileIdentity(path), metadata });
    },
    remove() {
      journal.remove();
      removeTrained(() => false);
    },
  };
}

/** Of everything that the rows depend on. The best model is chosen again in each run, so the bound is not included. */
async function fingerprintOfRun(
  settings: FrontierSettings & { methodIds: readonly string[] },
): Promise<string> {
  const { methodIds, modelPath, processedDataFile, dayCounts, trainOn, dumpPath, tables, engine } = settings;
  const { ratios, grid, seeds, seed, calibrationRows } = settings;
  const training = (modelPath === undefined || trainOn > 0) && settings.training;
  return fingerprintOf(
    {
      ...{ version, methodIds, ratios, grid, seeds, seed, calibrationRows },
      ...{ trainOn, dumpPath, tables, engine, dayCounts, training },
    },
    [modelPath, processedDataFile, ...(await dayCountFiles(processedDataFile, dayCounts))],
  );
}

/** A text for each model. */
export function keyText({ seed, method, point, wantedRatio }: ModelKey): string {
  return JSON.stringify([seed, method, point, wantedRatio]);
}

function methodText(seed: number, method: string): string {
  return JSON.stringify([seed, method]);
}

import { createHash } from 'node:crypto';
import { access } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { timesPath } from '@ds/bench-models';
import { readText } from '@ds/files';
import { readRunInfo, type RunInfo } from '../runs/run-info.js';
import { resultsFiles, type ReadSection, type ReportInputs } from '../sections/section.js';
import { readSections } from '../sections/sections.js';

/** The results of one run, read from its folder. */
export interface Run {
  /** Path of the folder. */
  folder: string;
  /** What its `run.json` says; nothing if it has none. */
  info: RunInfo;
  sections: ReadSection[];
}

// What a CSV of results has at most.
const mostCsvBytes = 1 << 22;

/**
 * Reads the results files in a folder by the names that `npm run benchmark` gives them, and its `run.json`. If that lists
 * files with their SHA-256, only these are of the run: a run in the folder of an earlier one may have left out a part of it.
 *
 * @throws Error naming the folder if the run has no `sparse_model_metadata.csv`, the file that cannot be read, or a file
 *   that is not the one that `run.json` lists.
 */
export async function readRun(folder: string): Promise<Run> {
  const infoFile = join(folder, 'run.json');
  const info = (await exists(infoFile)) ? await readRunInfo(infoFile) : {};
  const { sha256 } = info;
  const found: Partial<ReportInputs> = {};
  for (const [input, name] of Object.entries(resultsFiles)) {
    const path = join(folder, name);
    if (!(await exists(path)) || (sha256 && sha256[name] === undefined)) continue;
    if (sha256) await checkListed([path, timesPath(path)], { infoFile, sha256 });
    found[input as keyof ReportInputs] = path;
  }
  const { sparseModelMetadata } = found;
  if (sparseModelMetadata === undefined) {
    throw new Error(
      `${folder}: expected a folder with ${resultsFiles.sparseModelMetadata}, found none${sha256 ? ' that its run.json lists' : ''}`,
    );
  }
  return { folder, info, sections: await readSections({ ...found, sparseModelMetadata }) };
}

/** Checks that those of these files that are there are the ones that `run.json` lists. */
async function checkListed(
  paths: readonly string[],
  { infoFile, sha256 }: { infoFile: string; sha256: Readonly<Record<string, string>> },
): Promise<void> {
  const shown = (hash: string) => `${hash.slice(0, 12)}...`;
  for (const path of paths) {
    if (!(await exists(path))) continue;
    const listed = sha256[basename(path)];
    const found = createHash('sha256')
      .update(await readText(path, { mostBytes: mostCsvBytes }))
      .digest('hex');
    if (found === listed) continue;
    const difference =
      listed === undefined
        ? `expected no such file, as ${infoFile} lists none`
        : `expected sha256 ${shown(listed)}, as ${infoFile} lists, found ${shown(found)}`;
    throw new Error(`${path}: ${difference}: the file is not of this run`);
  }
}

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

import { access } from 'node:fs/promises';
import { join } from 'node:path';
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

/**
 * Reads the results files in a folder by the names that `npm run benchmark` gives them, and its `run.json`.
 *
 * @throws Error naming the folder if it has no `sparse_model_metadata.csv`, or the file that cannot be read.
 */
export async function readRun(folder: string): Promise<Run> {
  const found: Partial<ReportInputs> = {};
  for (const [input, name] of Object.entries(resultsFiles)) {
    const path = join(folder, name);
    if (await exists(path)) found[input as keyof ReportInputs] = path;
  }
  const { sparseModelMetadata } = found;
  if (sparseModelMetadata === undefined) {
    throw new Error(`${folder}: expected a folder with ${resultsFiles.sparseModelMetadata}, found none`);
  }
  const infoFile = join(folder, 'run.json');
  return {
    folder,
    info: (await exists(infoFile)) ? await readRunInfo(infoFile) : {},
    sections: await readSections({ ...found, sparseModelMetadata }),
  };
}

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

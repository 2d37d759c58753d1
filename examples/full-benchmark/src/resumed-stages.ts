import { fileIdentity, type Journal } from '@ds/files';
import type { OnProgress, Stages } from './stages.js';

/** What is kept of a stage that is finished. */
export interface FinishedStage {
  result: unknown;
  seconds: number;
  /** What its files were when it ended, in their order. */
  files: (string | undefined)[];
}

/** Runs a stage of a benchmark, or takes what an earlier run found. */
export type ResumedStage = <Result>(
  name: string,
  options: {
    /** The files that it has written, all or those that any change of the others would change. */
    files: (result: Result) => readonly string[];
    /** Does it. What it returns is kept as JSON. */
    work: (onProgress: OnProgress) => Promise<Result>;
  },
) => Promise<Result>;

/**
 * Stages that continue an interrupted run: those that it finished are skipped as long as their files are as they
 * were, up to the first one that is not.
 */
export function resumedStages(stages: Stages, journal: Journal<FinishedStage>): ResumedStage {
  let isBehind = true;
  return async (name, { files, work }) => {
    type Result = Awaited<ReturnType<typeof work>>;
    const identities = (result: Result) => Promise.all(files(result).map(fileIdentity));
    const kept = journal.finished.get(name);
    if (isBehind && kept && `${kept.files}` === `${await identities(kept.result as Result)}`) {
      stages.pass(name, kept.seconds);
      return kept.result as Result;
    }
    isBehind = false;
    const result = await stages.run(name, work);
    journal.keep(name, { result, seconds: stages.seconds.get(name)!, files: await identities(result) });
    return result;
  };
}

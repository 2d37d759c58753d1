import { MultiBar, type SingleBar } from 'cli-progress';
import { barLine, type StageState } from './bar-line.js';

/** Progress of a command on stderr: bars on a terminal, plain lines otherwise, nothing when quiet. */
export interface Progress {
  /** Starts a stage; call the returned function with how much of the stage is done, out of `total`. */
  stage(label: string): (done: number, total: number) => void;
  /** Prints a line above the bars. */
  note(text: string): void;
  /** Leaves the bars as they are and restores the terminal. */
  finish(): void;
}

export function createProgress({
  quiet = false,
  stream = process.stderr,
}: { quiet?: boolean; stream?: NodeJS.WriteStream } = {}): Progress {
  if (quiet) return { stage: () => () => undefined, note: () => undefined, finish: () => undefined };
  return stream.isTTY ? bars(stream) : lines(stream);
}

/** Runs a stage of work and shows its progress; the terminal is restored whether it succeeds or fails. */
export async function withProgress<Result>(
  { quiet, label }: { quiet?: boolean; label: string },
  run: (onProgress: (done: number, total: number) => void, note: (text: string) => void) => Promise<Result>,
): Promise<Result> {
  const progress = createProgress({ quiet });
  try {
    return await run(progress.stage(label), progress.note);
  } finally {
    progress.finish();
  }
}

function bars(stream: NodeJS.WriteStream): Progress {
  const all = new MultiBar({
    stream,
    // One column is left free: in the last one, some terminals wrap.
    format: (_options, _params, state: StageState) =>
      barLine(state, { now: performance.now(), columns: (stream.columns || 80) - 1 }),
    hideCursor: true,
    clearOnComplete: false,
    // A note moves all bars down, also those that have not changed.
    forceRedraw: true,
  });
  // An interrupted program ends with process.exit.
  const restore = () => all.stop();
  process.once('exit', restore);
  return {
    stage(label) {
      let state: StageState | undefined;
      let bar: SingleBar | undefined;
      return (done, total) => {
        state ??= { label, done, total, start: { at: performance.now(), done } };
        Object.assign(state, { done, total });
        if (done >= total) state.end ??= performance.now();
        else delete state.end;
        bar ??= all.create(total, 0, state);
        bar.setTotal(total);
        bar.update(done, state);
      };
    },
    note: (text) => all.log(`${text}\n`),
    finish: () => {
      all.stop();
      process.off('exit', restore);
    },
  };
}

function lines(stream: NodeJS.WriteStream): Progress {
  return {
    stage(label) {
      // A log gets a line for each tenth, not for each step.
      let nextTenth = 0;
      return (done, total) => {
        const tenth = total > 0 ? Math.floor((10 * done) / total) : 10;
        if (tenth < nextTenth) return;
        nextTenth = tenth + 1;
        stream.write(`${label}: ${done}/${total} (${tenth * 10}%)\n`);
      };
    },
    note: (text) => void stream.write(`${text}\n`),
    finish: () => undefined,
  };
}

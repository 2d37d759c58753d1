import { spawn } from 'node:child_process';

/** How a process ended. */
export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** Whether it was ended because it took too long. */
  timedOut: boolean;
  stdout: string;
  stderr: string;
}

/** Runs a process to its end, or until a time limit. */
export function runProcess(
  command: readonly string[],
  {
    seconds,
    silence,
    cwd,
    env,
    input = 'ignore',
    onStart,
  }: {
    seconds: number;
    /** It is also ended after this many seconds without output on stdout. Default: never. */
    silence?: number;
    cwd?: string | undefined;
    /** Variables in addition to those of this process; undefined ones are left out. */
    env?: Record<string, string | undefined>;
    input?: 'ignore' | 'pipe';
    /** Called with the process id, for example to kill the process. */
    onStart?: (pid: number) => void;
  },
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(command[0]!, command.slice(1), {
      cwd,
      env: { ...process.env, ...env },
      stdio: [input, 'pipe', 'pipe'],
    });
    const ended = { code: null, signal: null, timedOut: false, stdout: '', stderr: '' } as Ended;
    const giveUp = () => {
      ended.timedOut = true;
      child.kill('SIGKILL');
    };
    const clock = setTimeout(giveUp, seconds * 1000);
    const silenceClock = silence === undefined ? undefined : setTimeout(giveUp, silence * 1000);
    child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      ended.stdout += text;
      silenceClock?.refresh();
    });
    child.stderr!.setEncoding('utf8').on('data', (text: string) => (ended.stderr += text));
    child.once('error', reject);
    child.once('close', (code, signal) => {
      clearTimeout(clock);
      clearTimeout(silenceClock);
      resolve({ ...ended, code, signal });
    });
    if (child.pid !== undefined) onStart?.(child.pid);
  });
}

import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { python as rivalsPython } from './machine.js';

/**
 * A rival that is a Python program of `rivals/`. It sets up once, then does its work once for each line that it reads and
 * answers with the seconds that it took.
 */
export class PythonRival {
  readonly #process: ChildProcess;
  readonly #answers: AsyncIterator<string>;
  readonly #lines: Interface;

  private constructor(process: ChildProcess) {
    this.#process = process;
    this.#lines = createInterface({ input: process.stdout! });
    this.#answers = this.#lines[Symbol.asyncIterator]();
  }

  /** Starts `rivals/<name>.py` with its settings and waits until it is ready. */
  static async start(
    name: string,
    settings: object,
    {
      python = rivalsPython,
    }: {
      /** The Python that runs it; default: the common one. */
      python?: string;
    } = {},
  ): Promise<PythonRival> {
    const program = fileURLToPath(new URL(`../rivals/${name}.py`, import.meta.url));
    const rival = new PythonRival(
      spawn(python, [program, JSON.stringify(settings)], { stdio: ['pipe', 'pipe', 'inherit'] }),
    );
    await rival.#answer();
    return rival;
  }

  /** Does the work once; returns the seconds that the rival measured. */
  async run(): Promise<number> {
    this.#process.stdin!.write('run\n');
    const answer = await this.#answer();
    const seconds = Number(answer);
    if (!(seconds > 0)) throw new Error(`the rival: expected its seconds, found '${answer}'`);
    return seconds;
  }

  stop(): void {
    this.#process.stdin!.end();
    this.#lines.close();
  }

  async #answer(): Promise<string> {
    const { done, value } = await this.#answers.next();
    if (done) throw new Error('the rival ended before it answered; its error is above');
    return value;
  }
}

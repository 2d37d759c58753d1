import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { MessageChannel } from 'node:worker_threads';
import { build } from 'esbuild';
import { runOnThreads, serveTasks, type ThreadTask } from '@ds/threads';
import type { SquareInput } from './squares.worker.js';

// Threads start from a file that Node can run, so the worker is bundled as the packages' workers are.
let folder: string;
let worker: URL;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'threads-test-'));
  const outfile = join(folder, 'squares.worker.mjs');
  await build({
    entryPoints: [join(__dirname, 'squares.worker.ts')],
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile,
  });
  worker = pathToFileURL(outfile);
});

afterAll(() => rm(folder, { recursive: true }));

const squareTasks = (count: number): ThreadTask<SquareInput>[] =>
  Array.from({ length: count }, (_, square) => ({ input: { square } }));

describe('runOnThreads', () => {
  it('returns the results in the order of the tasks, for any number of threads', async () => {
    const squares = Array.from({ length: 40 }, (_, index) => index ** 2);
    for (const threads of [0, 1, 3]) {
      expect(await runOnThreads({ worker, threads, tasks: squareTasks(40) })).toEqual(squares);
    }
  });

  it('returns nothing for no tasks', async () => {
    expect(await runOnThreads({ worker, tasks: [] })).toEqual([]);
  });

  it('works on as many threads as it is told to', async () => {
    const tasks = Array.from({ length: 6 }, () => ({ input: { whichThread: true } as const }));
    const used = async (threads: number) =>
      new Set(await runOnThreads<SquareInput, number>({ worker, threads, tasks })).size;
    expect(await used(1)).toBe(1);
    expect(await used(3)).toBe(3);
  });

  it('hands each result to onResult with the index of its task, and collects none', async () => {
    const seen = new Map<number, number>();
    const collected = await runOnThreads<SquareInput, number>({
      worker,
      threads: 2,
      tasks: squareTasks(9),
      onResult: (output, index) => void seen.set(index, output),
    });
    expect(collected).toEqual([]);
    expect([...seen].sort(([a], [b]) => a - b)).toEqual(Array.from({ length: 9 }, (_, i) => [i, i ** 2]));
  });

  it('pulls a task only when a thread is free', async () => {
    let pulled = 0;
    let finished = 0;
    let mostAhead = 0;
    async function* tasks(): AsyncGenerator<ThreadTask<SquareInput>> {
      for (; pulled < 30; pulled++) {
        mostAhead = Math.max(mostAhead, pulled - finished);
        yield { input: { square: pulled } };
      }
    }
    await runOnThreads({ worker, threads: 2, tasks: tasks(), onResult: () => void finished++ });
    expect(finished).toBe(30);
    expect(mostAhead).toBeLessThanOrEqual(2);
  });

  it('moves transferred buffers both ways', async () => {
    const squareAll = new Float64Array([1, 2, 3]);
    const [output] = await runOnThreads<SquareInput, Float64Array>({
      worker,
      tasks: [{ input: { squareAll }, transfer: [squareAll.buffer] }],
    });
    expect(Array.from(output!)).toEqual([1, 4, 9]);
    expect(squareAll.byteLength).toBe(0);
  });

  it('rejects with the error of the first task that fails, and pulls no more', async () => {
    let pulled = 0;
    let closed = false;
    function* tasks(): Generator<ThreadTask<SquareInput>> {
      try {
        for (; pulled < 1000; pulled++)
          yield { input: pulled === 5 ? { fail: 'no five' } : { square: pulled } };
      } finally {
        closed = true;
      }
    }
    await expect(runOnThreads({ worker, threads: 2, tasks: tasks() })).rejects.toThrow('no five');
    expect(pulled).toBeLessThan(20);
    expect(closed).toBe(true);
  });

  it('does not wait for a task that has not come yet when one has failed', async () => {
    let release = (): void => undefined;
    let closed = false;
    async function* tasks(): AsyncGenerator<ThreadTask<SquareInput>> {
      try {
        yield { input: { fail: 'no first' } };
        await new Promise<void>((resolve) => (release = resolve));
        yield { input: { square: 2 } };
      } finally {
        closed = true;
      }
    }
    await expect(runOnThreads({ worker, threads: 3, tasks: tasks() })).rejects.toThrow('no first');
    expect(closed).toBe(false);
    release();
    await new Promise(setImmediate);
    expect(closed).toBe(true);
  });

  it('tells an iterable that waits for its next task to end when one has failed', async () => {
    let returned = 0;
    const first = [{ input: { fail: 'no first' } }];
    const tasks: AsyncIterable<ThreadTask<SquareInput>> = {
      [Symbol.asyncIterator]: () => ({
        next: () => {
          const value = first.shift();
          return value ? Promise.resolve({ value }) : new Promise(() => undefined);
        },
        return: () => Promise.resolve({ done: true, value: ++returned }),
      }),
    };
    await expect(runOnThreads({ worker, threads: 2, tasks })).rejects.toThrow('no first');
    expect(returned).toBe(1);
  });

  it('stops the tasks that are running when one has failed', async () => {
    const tasks: ThreadTask<SquareInput>[] = [{ input: { never: true } }, { input: { fail: 'no second' } }];
    await expect(runOnThreads({ worker, threads: 2, tasks })).rejects.toThrow('no second');
  });

  it('rejects with the failure, not with an error of the tasks when they are ended', async () => {
    function* tasks(): Generator<ThreadTask<SquareInput>> {
      try {
        for (;;) yield { input: { fail: 'no first' } };
      } finally {
        // eslint-disable-next-line no-unsafe-finally -- what is tested
        throw new Error('cannot close');
      }
    }
    await expect(runOnThreads({ worker, threads: 2, tasks: tasks() })).rejects.toThrow('no first');
  });

  it('rejects with an error that the tasks themselves throw', async () => {
    function* tasks(): Generator<ThreadTask<SquareInput>> {
      yield { input: { square: 1 } };
      throw new Error('no more input');
    }
    await expect(runOnThreads({ worker, threads: 2, tasks: tasks() })).rejects.toThrow('no more input');
  });

  it('rejects with an error that onResult throws', async () => {
    const onResult = () => {
      throw new Error('disk full');
    };
    await expect(runOnThreads({ worker, threads: 2, tasks: squareTasks(5), onResult })).rejects.toThrow(
      'disk full',
    );
  });

  it('rejects when a thread ends by itself', async () => {
    await expect(
      runOnThreads<SquareInput, unknown>({ worker, tasks: [{ input: { exit: 3 } }] }),
    ).rejects.toThrow('a worker thread ended early with exit code 3');
  });

  it('rejects when an input or an output cannot be sent', async () => {
    const send = (input: unknown) => runOnThreads<unknown, unknown>({ worker, tasks: [{ input }] });
    await expect(send({ square: () => undefined })).rejects.toThrow('could not be cloned');
    await expect(send({ uncloneable: true })).rejects.toThrow('could not be cloned');
  });

  it('rejects when the worker file does not exist', async () => {
    const missing = new URL('missing.worker.mjs', worker);
    await expect(runOnThreads({ worker: missing, tasks: squareTasks(3) })).rejects.toThrow(
      'missing.worker.mjs',
    );
  });
});

describe('a thread that ends while it has no task', () => {
  /** A task after which the thread lives until it is told to end: by an error, or with an exit code. */
  function mortalTask(exit?: number) {
    const { port1, port2 } = new MessageChannel();
    return {
      task: { input: { endWhenTold: port2, exit }, transfer: [port2] } as ThreadTask<SquareInput>,
      end: async () => {
        port1.postMessage('end');
        await once(port1, 'close');
        // The port is closed first; the thread's own events come after.
        await new Promise((resolve) => setTimeout(resolve, 200));
      },
    };
  }

  it.each([
    { exit: undefined, message: 'told to fail' },
    { exit: 4, message: 'a worker thread ended early with exit code 4' },
  ])('fails the next task: $message', async ({ exit, message }) => {
    const duringResult = mortalTask(exit);
    await expect(
      runOnThreads<SquareInput, unknown>({
        worker,
        threads: 1,
        tasks: [duringResult.task, ...squareTasks(2)],
        onResult: duringResult.end,
      }),
    ).rejects.toThrow(message);

    const duringPull = mortalTask(exit);
    async function* tasks(): AsyncGenerator<ThreadTask<SquareInput>> {
      yield duringPull.task;
      await duringPull.end();
      yield* squareTasks(2);
    }
    await expect(runOnThreads<SquareInput, unknown>({ worker, threads: 1, tasks: tasks() })).rejects.toThrow(
      message,
    );
  });

  it('is not kept for the next call', async () => {
    const { task, end } = mortalTask(4);
    await runOnThreads<SquareInput, unknown>({
      worker,
      threads: 1,
      tasks: [task],
      keepIdle: 60_000,
      onResult: end,
    });
    expect(await runOnThreads({ worker, threads: 1, tasks: squareTasks(3) })).toEqual([0, 1, 4]);
  });
});

describe('threads that are kept', () => {
  const whichThreads = async (keepIdle: number, threads = 2) => {
    const tasks = Array.from({ length: threads }, () => ({ input: { whichThread: true } as const }));
    return runOnThreads<SquareInput, number>({ worker, threads, tasks, keepIdle });
  };

  it('serve the next call, and end when none comes', async () => {
    const first = await whichThreads(60_000);
    expect((await whichThreads(1)).sort()).toEqual(first.sort());
    await new Promise((resolve) => setTimeout(resolve, 500));
    const later = await whichThreads(0);
    expect(later.filter((thread) => first.includes(thread))).toEqual([]);
    expect((await whichThreads(0)).filter((thread) => later.includes(thread))).toEqual([]);
  });

  it('are not kept after a failure', async () => {
    const first = await whichThreads(60_000);
    const tasks: ThreadTask<SquareInput>[] = [{ input: { fail: 'no one' } }, { input: { never: true } }];
    await expect(runOnThreads({ worker, threads: 2, tasks, keepIdle: 60_000 })).rejects.toThrow('no one');
    expect((await whichThreads(0)).filter((thread) => first.includes(thread))).toEqual([]);
  });

  it('do not keep the program from ending', async () => {
    const program = join(folder, 'program.mjs');
    await build({
      stdin: {
        contents: `import { runOnThreads } from './run-on-threads.js';
          const tasks = [{ input: { square: 3 } }];
          const worker = new URL(${JSON.stringify(worker.href)});
          console.log(await runOnThreads({ worker, threads: 1, tasks, keepIdle: 600_000 }));`,
        resolveDir: join(__dirname, '../src'),
      },
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile: program,
    });
    const { stdout } = await promisify(execFile)(process.execPath, [program], { timeout: 60_000 });
    expect(stdout).toBe('[ 9 ]\n');
  });
});

describe('serveTasks', () => {
  it('is an error outside of a worker thread', () => {
    expect(() => serveTasks(() => ({ output: 1 }))).toThrow('serveTasks must be called in a worker thread');
  });
});

import { availableThreads, runOnThreads } from '@ds/threads';
import { areDataItself } from './block-keys.js';
import { blockGridOfMatrix } from './block-grid.js';
import { binsOfCuts, countOfKey, findCuts, type Cut } from './select-cuts.js';
import type { SelectionPart, SelectionTask } from './select-task.js';
import { asShared, isShared, sharedBytes } from './shared-memory.js';

/** A table to select from, over any memory. */
export type SelectionJob = Omit<SelectionPart, 'keys'>;

// A part with fewer values than this is not worth its messages.
const fewestValuesOfPart = 1 << 20;

/**
 * Makes the masks or ranks of many tables on a pool of threads. A table that is more than one thread's share of
 * the work is selected from in parts: the histograms of the parts are added up, and each part then gets the exact
 * cuts, with its share of the ties.
 */
export async function selectOnThreads({
  jobs,
  threads = availableThreads(),
  keepIdle = 1000,
}: {
  jobs: readonly SelectionJob[];
  threads?: number | undefined;
  /** Milliseconds that the threads stay for another call; default: 1000, as large tables take three in a row. */
  keepIdle?: number;
}): Promise<void> {
  const allValues = jobs.reduce((sum, { data }) => sum + data.length, 0);
  const isLarge = ({ data }: SelectionJob) =>
    data.length > Math.max(2 * fewestValuesOfPart, allValues / threads);
  const large = jobs.filter(isLarge).map((job) => ({ job, parts: partsOf(sharedJob(job), threads) }));
  // Large ones first, so that the threads end together.
  const whole = jobs.filter((job) => !isLarge(job)).sort((a, b) => b.data.length - a.data.length);

  const firstPartTasks = large.flatMap(({ parts }) =>
    parts.map((part) => task({ step: 'countUpper', part })),
  );
  const upperCounts: Uint32Array[] = [];
  const wholeParts: SelectionPart[] = [];
  function* firstTasks() {
    yield* firstPartTasks;
    // Shared when its turn comes, so that only as many copies exist as there are threads.
    for (const job of whole) {
      const part = sharedJob(job);
      wholeParts.push(part);
      yield task({ step: 'whole', part });
    }
  }
  const firstThreads = Math.min(threads, firstPartTasks.length + whole.length);
  await run(firstTasks(), { threads: firstThreads, keepIdle }, (output, index) => {
    if (index < firstPartTasks.length) upperCounts[index] = output!;
    else copyBack(wholeParts, whole, index - firstPartTasks.length);
  });
  if (large.length === 0) return;

  const tables = large.map(({ job, parts }) => {
    const upper = sumOf(upperCounts.splice(0, parts.length));
    return { job, parts, upper, bins: binsOfCuts(upper, job.plan.counts), cuts: [] as Cut[][] };
  });
  const lowCounts: Uint32Array[] = [];
  await run(
    tables.flatMap(({ parts, bins }) => parts.map((part) => task({ step: 'countLow', part, bins }))),
    { threads, keepIdle },
    (output, index) => void (lowCounts[index] = output!),
  );
  for (const table of tables) {
    const counts = lowCounts.splice(0, table.parts.length);
    const cuts = findCuts(table.upper, sumOf(counts), table.bins, table.job.plan.counts);
    table.cuts = shareTies(cuts, counts, table.bins);
  }
  await run(
    tables.flatMap(({ parts, cuts }) => parts.map((part, i) => task({ step: 'rank', part, cuts: cuts[i]! }))),
    { threads, keepIdle },
    () => undefined,
  );
  for (const { job, parts } of tables) {
    if (isShared(job.target)) continue;
    let first = 0;
    for (const { target } of parts) {
      job.target.set(target, first);
      first += target.length;
    }
  }
}

type Reply = Uint32Array | undefined;

function task(input: SelectionTask): { input: SelectionTask } {
  return { input };
}

async function run(
  tasks: Iterable<{ input: SelectionTask }>,
  pool: { threads: number; keepIdle: number },
  onResult: (output: Reply, index: number) => void,
): Promise<void> {
  const worker = new URL('./select.worker.js', import.meta.url);
  await runOnThreads<SelectionTask, Reply>({ worker, tasks, ...pool, onResult });
}

function sharedJob(job: SelectionJob): SelectionPart {
  const target = isShared(job.target) ? job.target : sharedBytes(job.target.length);
  return { ...job, data: asShared(job.data), target };
}

/** Takes the result of a job that was done on copies, and lets go of them. */
function copyBack(parts: (SelectionPart | undefined)[], jobs: readonly SelectionJob[], index: number): void {
  const { target } = jobs[index]!;
  if (!isShared(target)) target.set(parts[index]!.target);
  parts[index] = undefined;
}

/** Cuts a table between blocks into at most `count` parts. */
function partsOf(job: SelectionPart, count: number): SelectionPart[] {
  const { grid, norm } = job.plan;
  const { blockRows, blockColumns, gridColumns } = grid;
  // A table of one band is cut between columns, which lie one after another there.
  const isRow = grid.gridRows === 1 && grid.rows === 1;
  const bands = isRow ? gridColumns : grid.gridRows;
  const parts: SelectionPart[] = [];
  for (let i = 0; i < count; i++) {
    const [from, to] = [Math.floor((i * bands) / count), Math.floor(((i + 1) * bands) / count)];
    if (from === to) continue;
    const part = isRow
      ? blockGridOfMatrix(
          1,
          Math.min(to * blockColumns, grid.columns) - from * blockColumns,
          blockRows,
          blockColumns,
        )
      : blockGridOfMatrix(
          Math.min(to * blockRows, grid.rows) - from * blockRows,
          grid.columns,
          blockRows,
          blockColumns,
        );
    const firstValue = isRow ? from * blockColumns : from * blockRows * grid.columns;
    const firstBlock = isRow ? from : from * gridColumns;
    const values = part.rows * part.columns;
    const [first, length] = job.output === 'mask' ? [firstValue, values] : [firstBlock, part.blocks];
    parts.push({
      ...job,
      plan: { ...job.plan, grid: part },
      data: job.data.subarray(firstValue, firstValue + values),
      target: job.target.subarray(first, first + length),
      ...(areDataItself(grid, norm) ? {} : { keys: new Int32Array(new SharedArrayBuffer(4 * part.blocks)) }),
    });
  }
  return parts;
}

/** The cuts of each part: of a key's ties, the first parts get as many as they have. */
function shareTies(cuts: readonly Cut[], counts: readonly Uint32Array[], bins: readonly number[]): Cut[][] {
  const left = cuts.map(({ ties }) => ties);
  return counts.map((lowCounts) =>
    cuts.map(({ key }, i) => {
      const equals = countOfKey(lowCounts, bins, key);
      const ties = Math.min(left[i]!, equals);
      left[i]! -= ties;
      return { key, ties, equals };
    }),
  );
}

function sumOf(counts: readonly Uint32Array[]): Uint32Array {
  const sums = Uint32Array.from(counts[0]!);
  for (const other of counts.slice(1)) for (let i = 0; i < sums.length; i++) sums[i]! += other[i]!;
  return sums;
}

import { blockGridOfMatrix } from './ranking/block-grid.js';
import type { SweepPlan } from './plan-sweep.js';
import { isListWorthwhile, rankListed } from './ranking/rank-blocks.js';
import { rankBins } from './ranking/rank-by-digits.js';
import { ranksEqualMask } from './select-mask.js';
import type { SelectionJob, SelectionOutput, SelectionTask } from './select-task.js';
import { joinedLists, sumOf } from './ranking/joined-parts.js';
import { isMadeInKernel, type Blocks } from './ranking/key-source.js';
import type { ListedKeys } from './selection-kernel.js';
import { sharedBytes } from '../shared-memory.js';

/**
 * Selects from a table in parts: their histograms are added up, each part is ranked by the combined bins, and the keys
 * that are then still undecided are ranked here.
 *
 * @param job Its arrays are over shared memory.
 * @param run Runs tasks concurrently and resolves with their results, in order.
 */
export async function selectInParts(
  job: SelectionJob,
  count: number,
  run: (tasks: SelectionTask[]) => Promise<SelectionOutput[]>,
): Promise<void> {
  const { data, plan, output, target } = job;
  const { grid, counts, zerosPerBlock } = plan;
  const parts = partsOf(data, plan, count);

  const sizes = (await run(parts.map(({ blocks }) => ({ step: 'count', blocks })))) as Uint32Array[];
  const bins = rankBins(sumOf(sizes), [0], counts);
  if (!isListWorthwhile(bins, grid.blocks)) {
    await run([{ step: 'whole', job }]);
    return;
  }

  const writesTarget = output === 'ranks' || ranksEqualMask(plan);
  const ranks = writesTarget ? target : sharedBytes(grid.blocks);
  const ranksOf = ({ firstBlock, blocks }: TablePart) =>
    ranks.subarray(firstBlock, firstBlock + blocks.grid.blocks);
  const lists = (await run(
    parts.map((part) => ({ step: 'rank', blocks: part.blocks, bins, ranks: ranksOf(part) })),
  )) as ListedKeys[];
  rankListed(
    joinedLists(
      lists,
      parts.map(({ firstBlock }) => firstBlock),
    ),
    bins,
    counts,
    ranks,
  );
  if (writesTarget) return;

  await run(
    parts.map((part) => ({
      step: 'mask',
      blocks: { ...part.blocks, ranks: ranksOf(part), rank: 0, zerosPerBlock },
      mask: target.subarray(part.firstValue, part.firstValue + part.blocks.data.length),
    })),
  );
}

/** A part of a table that holds whole blocks. */
interface TablePart {
  blocks: Blocks;
  /** The indices, in the table, of its first value and its first block. */
  firstValue: number;
  firstBlock: number;
}

/** Divides a table between blocks into at most `count` parts. */
function partsOf(data: Float32Array, { grid, norm }: SweepPlan, count: number): TablePart[] {
  const { rows, columns, blockRows, blockColumns, gridRows, gridColumns } = grid;
  // A table of one row is divided between columns, which are contiguous there.
  const isRow = rows === 1;
  const bands = isRow ? gridColumns : gridRows;
  const parts: TablePart[] = [];
  for (let i = 0; i < count; i++) {
    const [from, to] = [Math.floor((i * bands) / count), Math.floor(((i + 1) * bands) / count)];
    if (from === to) continue;
    const part = isRow
      ? blockGridOfMatrix(
          1,
          Math.min(to * blockColumns, columns) - from * blockColumns,
          blockRows,
          blockColumns,
        )
      : blockGridOfMatrix(
          Math.min(to * blockRows, rows) - from * blockRows,
          columns,
          blockRows,
          blockColumns,
        );
    const firstValue = isRow ? from * blockColumns : from * blockRows * columns;
    parts.push({
      blocks: {
        data: data.subarray(firstValue, firstValue + part.rows * part.columns),
        grid: part,
        norm,
        keys: isMadeInKernel(part) ? undefined : new Int32Array(new SharedArrayBuffer(4 * part.blocks)),
      },
      firstValue,
      firstBlock: isRow ? from : from * gridColumns,
    });
  }
  return parts;
}

import { isProjectedKind, ProjectedCoder, projectedKinds, type StoredRowBits } from '@ds/data-sparsifier';
import { takeRows, type CandidateChoices } from './measured-table.js';
import type { SampledTable } from './sampled-table.js';
import { cheapestChoice, choicePrices } from '../allocation/priced-rows.js';
import { rowDistortions } from '../allocation/row-distortions.js';
import type { RowChoices } from '../allocation/row-choices.js';

// Rows chosen at a time.
const rowsAtOnce = 4096;

/** The choices of all rows of a table at any price between two. */
export interface ChosenRows {
  /** (rows): the bits of the rows whose choice is the same at both prices, and so between them; 0 for others. */
  bits: Uint8Array<ArrayBuffer>;
  /** How many of them take each choice. */
  counts: number[];
  /** The other rows, as candidates, with the distortions of the choices that are possible between the prices. */
  undecided: CandidateChoices;
}

/**
 * Chooses between the choices for each row of a table. A choice is only measured where it can be the cheapest: its price alone
 * must be less than the cost of the best one measured so far, which leaves most of the work out.
 *
 * @param choices bits, sizes and projection of the choices; their distortions are not used
 * @param extra the overhead of a row of each choice, Infinity if it is not offered
 * @param low the lower price per byte
 * @param high the higher one
 */
export function chooseRows(
  { table, importance, pruned }: Pick<SampledTable, 'table' | 'importance' | 'pruned'>,
  choices: RowChoices,
  extra: readonly number[],
  [low, high]: readonly [number, number],
): ChosenRows {
  const { bits: bitsOfChoice, projection } = choices;
  const [rows, dim] = table.shape as [number, number];
  const { accesses, curvature } = importance;
  const width = bitsOfChoice.length;
  const [lows, highs] = [choicePrices(choices, low, extra), choicePrices(choices, high, extra)];
  // The cheapest first.
  const offered = [...bitsOfChoice.keys()]
    .filter((choice) => bitsOfChoice[choice] !== 0 && lows[choice]! < Infinity)
    .sort((a, b) => lows[a]! - lows[b]! || a - b);
  const projected = offered.filter((choice) => isProjectedKind(bitsOfChoice[choice]!));
  const kinds = projected.map((choice) => bitsOfChoice[choice]! - projectedKinds[0]);
  const coded = offered.filter((choice) => !isProjectedKind(bitsOfChoice[choice]!));
  const coder = projection && new ProjectedCoder({ projection, dim, curvature });
  const codes = new Uint16Array(dim);

  const bits = new Uint8Array(rows);
  const counts = new Array<number>(width).fill(0);
  const open: { row: number; distortions: Float32Array }[] = [];
  const distortions = new Float32Array(rowsAtOnce * width);
  const best = new Float64Array(rowsAtOnce);
  for (let start = 0; start < rows; start += rowsAtOnce) {
    const end = Math.min(start + rowsAtOnce, rows);
    distortions.fill(Infinity);
    for (let row = start, from = 0; row < end; row++, from += width) {
      let least = pruned[row]!;
      distortions[from] = least;
      if (coder && projected.length > 0 && lows[projected[0]!]! < least) {
        coder.take(table.data, row * dim);
        for (let place = 0; place < projected.length; place++) {
          const choice = projected[place]!;
          if (lows[choice]! >= least) break;
          distortions[from + choice] = accesses[row]! * coder.code(kinds[place]!, codes);
          least = Math.min(least, distortions[from + choice]! + highs[choice]!);
        }
      }
      best[row - start] = least;
    }
    for (const choice of coded) {
      const wanted = rowsWhere(start, end, (row) => lows[choice]! < best[row - start]!);
      if (wanted.length === 0) continue;
      const own = takeRows(table, importance, wanted);
      const measured = rowDistortions(own.table, bitsOfChoice[choice] as 0 | StoredRowBits, own.importance);
      wanted.forEach((row, at) => {
        distortions[(row - start) * width + choice] = measured[at]!;
        best[row - start] = Math.min(best[row - start]!, measured[at]! + highs[choice]!);
      });
    }
    for (let row = start; row < end; row++) {
      const from = (row - start) * width;
      const choice = cheapestChoice(distortions, from, lows);
      if (choice === cheapestChoice(distortions, from, highs)) {
        bits[row] = bitsOfChoice[choice]!;
        counts[choice]!++;
      } else {
        open.push({ row, distortions: distortions.slice(from, from + width) });
      }
    }
  }
  const undecided = {
    ...choices,
    share: 1,
    candidates: Uint32Array.from(open, ({ row }) => row),
    distortions: bitsOfChoice.map((_, choice) => Float32Array.from(open, (of) => of.distortions[choice]!)),
  };
  return { bits, counts, undecided };
}

function rowsWhere(start: number, end: number, isWanted: (row: number) => boolean): Uint32Array {
  const rows = new Uint32Array(end - start);
  let count = 0;
  for (let row = start; row < end; row++) if (isWanted(row)) rows[count++] = row;
  return rows.subarray(0, count);
}

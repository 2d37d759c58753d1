import { DataNormSparsifier } from '@ds/data-sparsifier';
import { createProgram, parseCount, parseList, parseNumber, runProgram } from '@ds/command-line';
import { AccessSparsifier } from './access-sparsifier.js';
import { measurePruned, type Prune } from './measure-pruned.js';
import { withTrainedModel } from './with-trained-model.js';

/** The pruning methods at a level; `accesses` has the lookups of each row of each table. */
const methods = (sparsityLevel: number, accesses: readonly Uint32Array[]): Record<string, Prune> => ({
  'norm, each table': (tables) => {
    const sparsifier = new DataNormSparsifier({ sparsityLevel, sparseBlockShape: [1, 4] });
    for (const { name, table } of tables) sparsifier.addData(name, table);
    sparsifier.step();
    sparsifier.squashMask();
  },
  'norm, all tables': (tables) => {
    const sparsifier = new AccessSparsifier({ sparsityLevel, blockWidth: 4 });
    for (const { name, table } of tables) sparsifier.addData(name, table);
    sparsifier.step();
    sparsifier.squashMask();
  },
  'accesses x norm': (tables) => {
    const sparsifier = new AccessSparsifier({ sparsityLevel, blockWidth: 4 });
    for (const { name, table, index } of tables) {
      sparsifier.addData(name, table, { accesses: accesses[index]! });
    }
    sparsifier.step();
    sparsifier.squashMask();
  },
});

async function compare({ rows, seed, levels }: { rows: number; seed: number; levels: readonly number[] }) {
  await withTrainedModel({ rows, seed }, async ({ stateDict, accesses, test }) => {
    const line = (first: string, cells: readonly string[]) =>
      console.log(first.padEnd(6) + cells.map((cell) => cell.padStart(18)).join(''));
    console.log('ROC AUC / log loss on the test rows');
    line('level', Object.keys(methods(0, accesses)));
    for (const level of levels) {
      const cells = [];
      for (const prune of Object.values(methods(level, accesses))) {
        const { rocAuc, logLoss } = await measurePruned(stateDict, test, prune);
        cells.push(`${rocAuc?.toFixed(4)} / ${logLoss?.toFixed(4)}`);
      }
      line(String(level), cells);
    }
  });
}

const program = createProgram({
  name: 'custom-sparsifier',
  description: 'Trains a model on synthetic rows and compares ways to prune its tables.',
  version: '0.1.0',
  example: 'npm start -- --rows 20000 --levels 0,0.9',
})
  .option('--rows <number>', 'synthetic rows', parseCount(14), 100_000)
  .option('--seed <number>', 'seed of the rows, the initial model and the training order', parseCount(), 1)
  .option(
    '--levels <list>',
    'fractions of the blocks to prune',
    parseList(parseNumber),
    [0, 0.5, 0.8, 0.9, 0.95, 0.99, 1],
  )
  .action(compare);

await runProgram(program);

import { createProgram, parseCount, parseNumber, runProgram } from '@ds/command-line';
import { compareSchedules, type ComparisonOptions } from './compare-schedules.js';

const program = createProgram({
  name: 'train-with-sparsity',
  description:
    'Trains on synthetic rows and compares pruning after training with pruning copies, or the model itself, during training.',
  version: '0.1.0',
  example: 'npm start -- --sparsity-level 0.9',
})
  .option('--rows <number>', 'synthetic rows', parseCount(14), 30_000)
  .option('--seed <number>', 'seed of the rows, the initial model and the training order', parseCount(), 1)
  .option('--epochs <number>', 'number of epochs', parseCount(1), 4)
  .option('--sparsity-level <level>', 'final fraction of pruned blocks', parseNumber, 0.8)
  .action(async (options: ComparisonOptions) => {
    const { sparsityLevel } = options;
    if (!(sparsityLevel >= 0 && sparsityLevel <= 1)) {
      throw new Error(`--sparsity-level: expected a number from 0 to 1, found ${sparsityLevel}`);
    }
    await compareSchedules(options);
  });

await runProgram(program);

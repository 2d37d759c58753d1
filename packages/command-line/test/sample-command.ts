import {
  createProgram,
  createProgress,
  parseChoice,
  parseCount,
  parseList,
  parseNumber,
  runProgram,
} from '@ds/command-line';

/** A command with one option of each kind, for the tests to start. */
const program = createProgram({
  name: 'sample',
  description: 'Prints its options',
  version: '1.2.3',
  example: 'sample --row-count 5\nsample bake',
})
  .option('--row-count <count>', 'rows to make', parseCount(1), 10)
  .option('--rates <list>', 'rates', parseList(parseNumber), [0.5])
  .option('--norm <norm>', 'norm', parseChoice(['L1', 'L2']), 'L1')
  .option('--note <text>', 'any text')
  .option('--quiet', 'no progress')
  .action((options) => {
    const progress = createProgress(options);
    const bake = progress.stage('rows');
    for (let row = 0; row <= options.rowCount; row++) bake(row, options.rowCount);
    progress.note('all baked');
    progress.finish();
    process.stdout.write(`${JSON.stringify(options)}\n`);
  });
program.command('fail <message>').action((message: string) => {
  throw new Error(message.replace('|', '\n  '));
});
program
  .command('train')
  .requiredOption('--model-path <file>', 'the model')
  .option('--sparsified-model-dump-path-of-all <folder>', `the folder, ${'or the folder '.repeat(5)}`)
  .option('--levels <list>', 'levels', Array.from({ length: 20 }, (_, level) => level / 20).join())
  .option('--epochs <number>', 'epochs')
  .action((options) => void process.stdout.write(`${JSON.stringify(options)}\n`));
program.command('wait').action(async () => {
  process.on('exit', () => process.stdout.write('left in order\n'));
  process.stdout.write('waiting\n');
  await new Promise((resolve) => setTimeout(resolve, 60_000));
});
program.command('flood').action(async () => {
  for (let line = 0; line < 100_000; line++) {
    process.stdout.write('a line of results\n');
    if (line % 1000 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
});
program.command('bake').action(async () => {
  Object.assign(process.stderr, { isTTY: true, columns: 80, rows: 24 });
  Object.assign(process.stderr, { cursorTo: () => true, clearLine: () => true, moveCursor: () => true });
  createProgress().stage('rows')(1, 10);
  await new Promise((resolve) => setTimeout(resolve, 300));
  process.stdout.write('baking\n');
  await new Promise((resolve) => setTimeout(resolve, 60_000));
});

await runProgram(program);

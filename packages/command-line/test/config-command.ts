import { createProgram, givenFlags, Option, parseCount, runProgram } from '@ds/command-line';

/** A command that takes `--config`, for the tests to start. */
const program = createProgram({
  name: 'configured',
  description: 'Prints its options',
  version: '1.2.3',
  example: 'configured --config run.json',
  takesConfig: true,
})
  .addOption(new Option('--rows <number>', 'rows').argParser(parseCount(1)).default(10))
  .option('--note <text>', 'any text')
  .option('--full-forward', 'all of it', false)
  .option('--quiet', 'no progress', false)
  .action(({ config: _, ...options }) => {
    process.stdout.write(`${JSON.stringify({ options, flags: givenFlags(program) })}\n`);
  });
await runProgram(program);

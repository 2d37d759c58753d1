#!/usr/bin/env node
import {
  createProgram,
  Option,
  parseChoice,
  parseCount,
  quietOption,
  runProgram,
  threadsOption,
  withProgress,
} from '@ds/command-line';
import packageJson from '../package.json';
import { dictionaryName } from './dictionaries/id-dictionaries.js';
import { preprocessCriteo } from './preprocess/preprocess-criteo.js';
import { rareIdsChoices } from './synthesize/click-model.js';
import { synthesizeCriteo } from './synthesize/synthesize-criteo.js';

const program = createProgram({
  name: 'criteo-data',
  description: packageJson.description,
  version: packageJson.version,
  example: `criteo-data synthesize --rows 200000 --seed 1 --output train.txt
criteo-data preprocess --raw-data-file train.txt --processed-data-file kaggleAdDisplayChallenge_processed.npz`,
});

program
  .command('synthesize')
  .description('write synthetic rows in the format of the Criteo Kaggle file')
  .addOption(new Option('--rows <number>', 'rows to write').argParser(parseCount(1)).default(200_000))
  .addOption(
    new Option('--seed <number>', 'another seed gives other data').argParser(parseCount()).default(1),
  )
  .addOption(
    new Option('--rare-ids <kind>', 'what rare ids say about a click: weak (next to nothing) or informative')
      .argParser(parseChoice(rareIdsChoices))
      .default('weak'),
  )
  .option('--output <file>', 'the text file', 'train.txt')
  .addOption(threadsOption())
  .addOption(quietOption())
  .action(async ({ rows, seed, rareIds, output, threads, quiet }) => {
    await withProgress({ quiet, label: 'synthetic rows' }, (onProgress) =>
      synthesizeCriteo({ rows, seed, rareIds, output, threads, onProgress }),
    );
    process.stdout.write(`${rows} rows: ${output}\n`);
  });

program
  .command('preprocess')
  .description('turn raw rows into the processed npz, and count the rows of each day beside the raw file')
  .requiredOption('--raw-data-file <file>', 'rows of the Criteo Kaggle file, as text or gzip')
  .option('--processed-data-file <file>', 'the npz', 'kaggleAdDisplayChallenge_processed.npz')
  .option(
    '--dictionaries <file>',
    'id dictionaries of earlier rows: categories get the ids that they have there (default: new ids)',
  )
  .addOption(threadsOption('the available processors, 1 for a file below 16 MiB'))
  .addOption(quietOption())
  .action(async ({ rawDataFile, processedDataFile, dictionaries, threads, quiet }) => {
    const { rows, dayCountFile, dictionariesFile, unknownRows } = await withProgress(
      { quiet, label: 'preprocessed bytes' },
      (onProgress) => preprocessCriteo({ rawDataFile, processedDataFile, dictionaries, threads, onProgress }),
    );
    const files = [processedDataFile, dayCountFile, ...(dictionariesFile ? [dictionariesFile] : [])];
    process.stdout.write(`${rows} rows: ${files.join(', ')}\n`);
    if (unknownRows) process.stdout.write(`${unknownRowsLine(unknownRows)}\n`);
  });

await runProgram(program);

/** How many rows of which columns have a category that was not in the dictionaries. */
function unknownRowsLine(unknownRows: Int32Array): string {
  const counts = Array.from(unknownRows, (rows, column) => `${dictionaryName(column)} ${rows}`);
  return `rows with an unknown category, which has the id of a missing one: ${counts.join(', ')}`;
}

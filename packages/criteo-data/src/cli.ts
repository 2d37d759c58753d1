#!/usr/bin/env node
import {
  createProgram,
  type Command,
  freshOption,
  jsonOption,
  Option,
  parseBetween,
  parseBy,
  parseChoice,
  parseCount,
  printResult,
  quietOption,
  runProgram,
  threadsOption,
  withProgress,
} from '@ds/command-line';
import packageJson from '../package.json';
import { dictionaryName } from './dictionaries/id-dictionaries.js';
import { preprocessCriteo } from './preprocess/preprocess-criteo.js';
import { columnPresets, parseColumnChoice } from './raw/rows/column-choice.js';
import { rareIdsChoices } from './synthesize/click-model.js';
import { synthesizeCriteo } from './synthesize/synthesize-criteo.js';

const program = createProgram({
  name: 'criteo-data',
  description: packageJson.description,
  version: packageJson.version,
  example: `criteo-data synthesize --rows 200000 --seed 1 --output train.txt
criteo-data preprocess --raw-data-file train.txt --processed-data-file kaggleAdDisplayChallenge_processed.npz
criteo-data preprocess --raw-data-file 'day_*.gz' --max-ind-range 10000000 --processed-data-file terabyte_processed.npz`,
});

program
  .command('synthesize')
  .description('write synthetic rows in the format of the Criteo Kaggle file')
  .addOption(new Option('--rows <number>', 'rows to write').argParser(parseCount(1)).default(200_000))
  .addOption(new Option('--seed <number>', 'seed of the data').argParser(parseCount()).default(1))
  .addOption(
    new Option('--rare-ids <kind>', 'how predictive rare ids are: weak (hardly) or informative')
      .argParser(parseChoice(rareIdsChoices))
      .default('weak'),
  )
  .option('--output <file>', 'the text file', 'train.txt')
  .addOption(threadsOption())
  .addOption(jsonOption())
  .addOption(quietOption())
  .action(async ({ rows, seed, rareIds, output, threads, json, quiet }) => {
    await withProgress({ quiet, label: 'synthetic rows' }, (onProgress) =>
      synthesizeCriteo({ rows, seed, rareIds, output, threads, onProgress }),
    );
    printResult({ json }, { text: `${rows} rows: ${output}`, document: { output, rows } });
  });

program
  .command('preprocess')
  .description(
    'convert raw rows to the processed npz, and write the row count of each day next to the raw file',
  )
  .requiredOption(
    '--raw-data-file <files...>',
    'the rows, as text with tabs or commas, also in gzip, zip, tar.gz or Zstandard; several in order, a pattern ' +
      "('day_*'), or - for standard input",
  )
  .option('--processed-data-file <file>', 'the npz', 'kaggleAdDisplayChallenge_processed.npz')
  .option(
    '--dictionaries <file>',
    'id dictionaries of earlier rows, whose ids the categories get (default: new ids)',
  )
  .option('--member <name>', 'the file to take from an archive (default: train.txt, or the only one)')
  .addOption(
    new Option(
      '--columns <choice>',
      `${columnPresets.join(', ')}, or 'label=click numeric=price categorical=4-9,hour[-2:]' by name or place`,
    )
      .argParser(parseBy((text) => parseColumnChoice(text) ?? 'criteo-kaggle'))
      .default('criteo-kaggle'),
  )
  .addOption(
    new Option(
      '--days <number>',
      'number of days for the split (default: one per file for files such as day_0, else 7)',
    ).argParser(parseCount(2)),
  )
  .addOption(
    new Option('--max-ind-range <number>', 'take categories modulo this number; -1 for unchanged').argParser(
      parseMaxIndRange,
    ),
  )
  .addOption(
    new Option('--sub-sample-rate <rate>', 'drop rows without a click with this probability')
      .argParser(parseBetween(0, 1))
      .default(0),
  )
  .addOption(new Option('--data-sub-sample-rate <rate>').argParser(parseBetween(0, 1)).hideHelp())
  .addOption(new Option('--seed <number>', 'seed for the dropped rows').argParser(parseCount()).default(1))
  .addOption(threadsOption('the available processors, 1 for files below 16 MiB'))
  .addOption(
    new Option(
      '--checkpoint-every <rows>',
      'rows between saves of what is finished next to the npz; the same command then continues an interrupted run',
    ).argParser(parseCount(1)),
  )
  .addOption(freshOption())
  .addOption(jsonOption())
  .addOption(quietOption())
  .action(
    async (
      { json, quiet, columns, maxIndRange, subSampleRate, dataSubSampleRate, seed, ...options },
      command: Command,
    ) => {
      const rates = [subSampleRate, dataSubSampleRate ?? subSampleRate];
      if (command.getOptionValueSource('subSampleRate') === 'cli' && rates[0] !== rates[1])
        command.error(
          `error: --sub-sample-rate and --data-sub-sample-rate: expected one rate, found ${rates.join(' and ')}`,
        );
      const choices = {
        ...options,
        columns: columns === 'criteo-kaggle' ? undefined : columns,
        maxIndRange: maxIndRange === -1 ? undefined : maxIndRange,
        sampling: { rate: rates[1], seed },
      };
      const { rows, dayCountFile, dictionariesFile, unknownRows } = await withProgress(
        { quiet, label: 'preprocessed bytes' },
        (onProgress, onNote) => preprocessCriteo({ ...choices, onProgress, onNote }),
      );
      const { processedDataFile } = options;
      const files = [processedDataFile, dayCountFile, dictionariesFile].filter((file) => file !== undefined);
      const lines = [
        `${rows} rows: ${files.join(', ')}`,
        ...(unknownRows ? [unknownRowsLine(unknownRows)] : []),
      ];
      printResult(
        { json },
        {
          text: lines.join('\n'),
          document: { rows, processedDataFile, dayCountFile, dictionariesFile, unknownRows },
        },
      );
    },
  );

/** As in the original, -1 leaves categories unchanged. */
function parseMaxIndRange(text: string): number {
  return text === '-1' ? -1 : parseCount(1)(text);
}

await runProgram(program);

/** The number of rows in each column with a category that is not in the dictionaries. */
function unknownRowsLine(unknownRows: Int32Array): string {
  const counts = Array.from(unknownRows, (rows, column) => `${dictionaryName(column)} ${rows}`);
  return `rows with an unknown category, which has the id of a missing one: ${counts.join(', ')}`;
}

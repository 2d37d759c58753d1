import { preprocessCriteo } from '@ds/criteo-data';
import { createProgram, quietOption, runProgram, withProgress } from '@ds/command-line';
import { writeFlightRows } from './write-flight-rows.js';

const program = createProgram({
  name: 'flights-data',
  description: 'Writes the flights from New York City in 2013 as Criteo rows, and the processed npz.',
  version: '0.1.0',
  example: 'npm start -- --raw-data-file flights.txt --processed-data-file flights.npz',
})
  .option('--raw-data-file <file>', 'the rows to write', 'flights.txt')
  .option('--processed-data-file <file>', 'the npz to write', 'flights.npz')
  .addOption(quietOption())
  .action(async ({ rawDataFile, processedDataFile, quiet }) => {
    await withProgress({ quiet, label: 'rows' }, (onProgress) =>
      writeFlightRows({ output: rawDataFile, onProgress }),
    );
    const { rows, counts } = await preprocessCriteo({ rawDataFile, processedDataFile });
    const ids = counts.reduce((sum, count) => sum + count, 0);
    console.log(`${rows} rows: ${rawDataFile}; ${ids} ids: ${processedDataFile}`);
  });

await runProgram(program);

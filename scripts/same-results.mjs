/**
 * Compares the results of two runs of the benchmark: the three CSV files row by row, except for the measured times, and
 * the pruned models byte by byte. Prints how much is the same, or fails at the first difference.
 *
 *   node scripts/same-results.mjs FOLDER OTHER_FOLDER
 */
import { readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';

const files = ['sparse_model_metadata.csv', 'sparse_model_metrics.csv', 'dlrm_forward_time_info.csv'];
const timeColumns = [
  'step_time_sec',
  'time_taken',
  'median_time',
  'lower_quartile_time',
  'upper_quartile_time',
];

const [first, second] = process.argv.slice(2);
if (second === undefined) throw new Error('expected two folders with results');

for (const file of files) {
  const [expected, found] = [rowsOf(first, file), rowsOf(second, file)];
  for (let row = 0; row < Math.max(expected.length, found.length); row++) {
    const [a, b] = [expected, found].map((rows) => JSON.stringify(rows[row]));
    if (a !== b) throw new Error(`${file} row ${row + 1}: expected ${a}, found ${b}`);
  }
  console.log(`${file}: the same ${found.length} rows`);
}
const paths = rowsOf(first, files[0]).map(({ path }) => path);
for (const path of paths) {
  const [expected, found] = [first, second].map((folder) => readFileSync(join(folder, path)));
  if (!expected.equals(found)) throw new Error(`${path}: the files differ`);
}
console.log(`the same ${paths.length} models, byte by byte`);

/** Rows of a CSV without times, and with paths relative to the folder. */
function rowsOf(folder, file) {
  const lines = readFileSync(join(folder, file), 'utf8').trimEnd().split('\n');
  const [header, ...rows] = lines.map((line) =>
    [...line.matchAll(/(?:^|,)(?:"([^"]*)"|([^,]*))/g)].map(([, quoted, plain]) => quoted ?? plain),
  );
  return rows.map((cells) =>
    Object.fromEntries(
      header.flatMap((name, column) => {
        if (timeColumns.includes(name)) return [];
        const isPath = /^(sparse_)?path$/.test(name) && cells[column] !== '';
        // Earlier versions, like the original, write absolute paths.
        return [[name, isPath ? relative(folder, resolve(folder, cells[column])) : cells[column]]];
      }),
    ),
  );
}

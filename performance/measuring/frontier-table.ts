import { aucChange, type Judged } from './judged-model.js';
import { printTable } from './report-table.js';

/** A compressed model and its quality. */
export interface FrontierRow {
  method: string;
  /** What it needs in addition to the tables. */
  calibration: string;
  /** Of codes, scales, codebooks and index. */
  bytes: number;
  judged: Judged;
  /** To compress the tables, calibration included. */
  seconds: number;
  /** Ours at the same bytes; absent for ours. */
  ours?: Judged;
}

/** All compressed models of one trained model. */
export interface FrontierComparison {
  name: string;
  /** The quality of the trained model. */
  base: Judged;
  rows: readonly FrontierRow[];
  /** Rows of all tables. */
  tableRows: number;
  /** Bytes of the tables in float32. */
  denseBytes: number;
}

/** Prints the table that a paper would have, and whether anything lies above ours at the same bytes. */
export function printFrontier({ name, base, rows, tableRows, denseBytes }: FrontierComparison): void {
  const title =
    `**${name}**: ${tableRows.toLocaleString('en')} table rows, ROC AUC ${base.rocAuc.toFixed(4)} on ` +
    `${base.labels.length.toLocaleString('en')} test rows. No method trains again. Changes in 1e-4, with paired 95 % intervals`;
  const columns = [
    ...['Method', 'Calibration', 'Bytes a row', 'Smaller', 'ROC AUC', 'Its change', 'Change of log loss'],
    ...['Less ours at the same bytes', 'Seconds'],
  ];
  printTable(
    title,
    columns,
    rows.map((row) => [
      row.method,
      row.calibration,
      (row.bytes / tableRows).toPrecision(3),
      `${threeDigits(denseBytes / row.bytes)}x`,
      row.judged.rocAuc.toFixed(5),
      interval(aucChange(base, row.judged)),
      (1e4 * (row.judged.logLoss - base.logLoss)).toFixed(2),
      row.ours ? interval(aucChange(row.ours, row.judged)) : '',
      row.seconds.toPrecision(2),
    ]),
  );
  const above = rows.filter((row) => row.ours && aucChange(row.ours, row.judged).lower > 0);
  const found = above.map(({ method }) => method).join('; ');
  process.stdout.write(`\nAbove ours at the same bytes, beyond the interval: ${found || 'none'}.\n\n`);
}

/** The same as lines of a CSV. */
export function frontierLines(
  { name, base, rows, tableRows, denseBytes }: FrontierComparison,
  { withHeader }: { withHeader: boolean },
): string[] {
  const lines = rows.map((row) => {
    const change = aucChange(base, row.judged);
    const against = row.ours && aucChange(row.ours, row.judged);
    return {
      model: name,
      method: `"${row.method}"`,
      calibration: row.calibration,
      table_bytes: Math.round(row.bytes),
      bytes_per_row: row.bytes / tableRows,
      memory_ratio: denseBytes / row.bytes,
      roc_auc: row.judged.rocAuc,
      auc_change: change.value / 1e4,
      auc_change_lower: change.lower / 1e4,
      auc_change_upper: change.upper / 1e4,
      log_loss: row.judged.logLoss,
      log_loss_change: row.judged.logLoss - base.logLoss,
      less_ours: against ? against.value / 1e4 : '',
      less_ours_lower: against ? against.lower / 1e4 : '',
      less_ours_upper: against ? against.upper / 1e4 : '',
      compress_seconds: row.seconds,
    };
  });
  const text = lines.map((line) => `${Object.values(line).join(',')}\n`);
  return withHeader ? [`${Object.keys(lines[0]!).join(',')}\n`, ...text] : text;
}

function interval({ value, lower, upper }: ReturnType<typeof aucChange>): string {
  const digits = upper - lower < 3 ? 2 : upper - lower < 30 ? 1 : 0;
  const [middle, low, high] = [value, lower, upper].map((own) =>
    own.toFixed(digits).replace(/^-(0\.?0*)$/, '$1'),
  );
  return `${middle} (${low}, ${high})`;
}

function threeDigits(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

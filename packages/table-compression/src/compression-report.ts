import type { CompressedModel } from './compress-model.js';

const bitsOfRows = [1, 2, 4, 8, 16, 32];

/** A summary of a compressed model, as lines of text. */
export function compressionReport({
  denseBytes,
  bytes,
  tables,
  quality,
  refit,
  seconds,
}: CompressedModel): string {
  const rows = sumOf(tables.map((table) => table.rows));
  const stored = sumOf(tables.map(storedRows));
  const lines = [
    `tables     ${megabytes(denseBytes)} -> ${megabytes(bytes)}, ${times(denseBytes / bytes)} smaller`,
    `rows       ${stored} of ${rows} stored`,
  ];
  if (quality) {
    const { before, after, aucChange } = quality;
    const [lower, upper] = aucChange.interval.map(inTenThousandths);
    lines.push(
      `ROC AUC    ${before.rocAuc.toFixed(6)} -> ${after.rocAuc.toFixed(6)} on ${quality.rows} test rows: ` +
        `${inTenThousandths(aucChange.difference)} (95 % interval ${lower} to ${upper})`,
      `log loss   ${before.logLoss.toFixed(6)} -> ${after.logLoss.toFixed(6)}`,
    );
  } else {
    lines.push(
      'quality    not measured: rows were kept by their norm alone, which says nothing about the loss',
    );
  }
  if (refit) lines.push(...refitLines(refit));
  lines.push(`seconds    ${seconds.toFixed(1)}`, '');
  const used = bitsOfRows.filter((bits) => tables.some(({ rowsOfBits }) => (rowsOfBits[bits] ?? 0) > 0));
  const cells = [
    ['table', 'rows', 'stored', 'projected', ...used.map((bits) => `${bits} bits`), 'bytes', 'smaller'],
    ...tables.map((table) => [
      table.name,
      ...[
        table.rows,
        storedRows(table),
        table.projectedRows,
        ...used.map((bits) => table.rowsOfBits[bits] ?? 0),
        table.bytes,
      ].map(String),
      times((4 * table.rows * table.dim) / table.bytes),
    ]),
  ];
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)));
  for (const row of cells) {
    lines.push(
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)))
        .join('  '),
    );
  }
  return `${lines.join('\n')}\n`;
}

function refitLines({
  isTaken,
  scales,
  decidingRows,
  change,
  base,
}: NonNullable<CompressedModel['refit']>): string[] {
  const [lower, upper] = change.interval.map(inTenThousandths);
  const decided =
    `refit      ${isTaken ? 'taken' : 'not taken'}: ${scales} scales change ROC AUC by ` +
    `${inTenThousandths(change.difference)} (95 % interval ${lower} to ${upper}) on ${decidingRows} further rows`;
  if (!base) return [decided];
  const [from, to] = base.aucChange.interval.map(inTenThousandths);
  return [
    decided,
    `           against the dense model with the same refit, ROC AUC ${base.rocAuc.toFixed(6)} on the test rows: ` +
      `${inTenThousandths(base.aucChange.difference)} (95 % interval ${from} to ${to})`,
  ];
}

function storedRows({ rowsOfBits, projectedRows }: CompressedModel['tables'][number]): number {
  return projectedRows + sumOf(Object.values(rowsOfBits));
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toPrecision(4)} MB`;
}

function times(ratio: number): string {
  return Number.isFinite(ratio) ? `${ratio.toFixed(1)}x` : '-';
}

function inTenThousandths(value: number): string {
  return `${(1e4 * value).toFixed(2)}e-4`;
}

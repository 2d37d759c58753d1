import {
  frontierAnswer,
  frontierSummaries,
  modelTitle,
  paretoModels,
  tenThousandths,
  type FrontierPoint,
  type FrontierSummary,
} from '@ds/bench-models';

interface Column {
  heading: string;
  width: number;
  cell: (model: FrontierSummary) => string;
}

const columns: readonly Column[] = [
  { heading: 'model', width: 38, cell: modelTitle },
  { heading: 'smaller', width: 9, cell: ({ memoryRatio }) => `${threeDigits(memoryRatio)}x` },
  { heading: 'bytes/row', width: 11, cell: ({ bytesPerRow }) => threeDigits(bytesPerRow) },
  { heading: 'AUC change, 1e-4', width: 22, cell: changeCell },
];

/**
 * The output of the command: the models that no other one beats in both size and ROC AUC, and below them the smallest within
 * the bound. Lines fit into 80 columns, except long paths.
 */
export function frontierText(rows: readonly FrontierPoint[], maxAucLoss: number): string {
  const models = paretoModels(frontierSummaries(rows));
  const lines = [
    columns.map(({ heading }) => heading),
    ...models.map((row) => columns.map(({ cell }) => cell(row))),
  ];
  const table = lines.map((cells) =>
    cells
      .map((cell, at) => (at === 0 ? cell.padEnd(columns[at]!.width) : cell.padStart(columns[at]!.width)))
      .join(''),
  );
  const { sentence, facts } = frontierAnswer(rows, maxAucLoss);
  const answer = [sentence, ...facts.map(([name, text]) => `  ${name.padEnd(18)}${text}`)];
  return `${[...table, ...trainedLines(models), '', ...answer].join('\n')}\n`;
}

/** The same models after more training, if they were trained further. */
function trainedLines(models: readonly FrontierSummary[]): string[] {
  const trained = models.filter(({ trainedEpochs }) => trainedEpochs !== undefined);
  if (trained.length === 0) return [];
  const { trainedEpochs: epochs, trainedBaseAucChange: base } = trained[0]!;
  const lines = trained.map((model) => {
    const { value, lower, upper } = tenThousandths({
      aucChange: model.trainedAucChange!,
      aucChangeLower: model.trainedAucChangeLower!,
      aucChangeUpper: model.trainedAucChangeUpper!,
    });
    const bytes = String(model.trainedTableBytes);
    return `${modelTitle(model).padEnd(38)}${bytes.padStart(20)}${`${value} (${lower}, ${upper})`.padStart(22)}`;
  });
  return [
    '',
    `and after ${epochs === 1 ? 'one more epoch' : `${epochs} more epochs`}, pruned values held at 0:`,
    `${'model'.padEnd(38)}${'sparse float32 bytes'.padStart(20)}${'AUC change, 1e-4'.padStart(22)}`,
    ...lines,
    `(against the uncompressed model after as many, which changed by ${(1e4 * base!).toFixed(2)}e-4)`,
  ];
}

/** The change with its interval; over several seeds, the mean and standard deviation. */
function changeCell(model: FrontierSummary): string {
  const { value, lower, upper } = tenThousandths(model);
  const { aucChangeSpread: spread } = model;
  return spread === undefined ? `${value} (${lower}, ${upper})` : `${value} ± ${(1e4 * spread).toFixed(2)}`;
}

/** A number with at least three digits and no exponent: `1000`, `56.0`, `0.0640`. */
function threeDigits(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

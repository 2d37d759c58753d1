import {
  aucChangeText,
  frontierSummaries,
  methodOf,
  type FrontierAnswer,
  type FrontierPoint,
  type FrontierSummary,
} from '@ds/bench-models';
import type { Chart } from '../../drawing/chart.js';
import { lightPalette } from '../../drawing/palette.js';
import { curvesOf } from '../../models.js';
import { byteUnit, formatIn, formatQuantity } from '../../units.js';

const colours = lightPalette.lines.length;
// A loss below this, or a gain, is drawn here: a logarithmic axis has no zero.
const leastLoss = 0.1;

/**
 * Bytes of the tables against what is lost of ROC AUC on the test split, a line for each method, with the quality that
 * MLPerf asks for, 99 % and 99.9 % of that of the model as it was. Models that gain or lose next to nothing lie on the upper
 * edge.
 */
export function frontierChart(points: readonly FrontierPoint[], answer: FrontierAnswer): Chart {
  const models = frontierSummaries(points);
  const loss = ({ aucChange }: FrontierPoint) => Math.max(leastLoss, -1e4 * aucChange);
  const [first] = models;
  const base = 1e4 * (first!.rocAuc - first!.aucChange);
  const curves = curvesOf(models).map(({ name, rows, ...curve }) => ({
    ...curve,
    name: methodOf(rows[0]!).scope === 'table' ? `per table: ${name}` : name,
    rows: [...rows].sort((a, b) => a.tableBytes - b.tableBytes),
  }));
  const ranges = curves.map(
    ({ name, rows }) =>
      `${name}: ${formatIn(byteUnit(rows[0]!.tableBytes), rows[0]!.tableBytes)} at a change of ` +
      `${(1e4 * rows[0]!.aucChange).toFixed(1)}e-4 to ${formatIn(byteUnit(rows.at(-1)!.tableBytes), rows.at(-1)!.tableBytes)} at ` +
      `${(1e4 * rows.at(-1)!.aucChange).toFixed(1)}e-4`,
  );
  return {
    id: 'frontier',
    title: 'Size of the tables against loss of ROC AUC',
    description:
      `Bytes of the embedding tables in memory against the loss of ROC AUC on the test split, one line for each method. ` +
      `${ranges.join('; ')}.`,
    valueLabel: 'Loss of ROC AUC on the test set',
    unit: '1e-4',
    reading: `up and left are better; logarithmic axes, with losses below ${leastLoss}e-4 and gains on the upper edge`,
    fromZero: false,
    plane: {
      placeLabel: 'Embedding tables in memory',
      marks: [
        { label: `MLPerf, 99.9 % of the ROC AUC: ${(base / 1000).toFixed(1)}`, value: base / 1000 },
        { label: `MLPerf, 99 %: ${(base / 100).toFixed(0)}`, value: base / 100 },
      ],
      ...(answer.best && {
        answer: {
          label: 'smallest within the bound',
          place: answer.best.tableBytes,
          value: loss(answer.best),
        },
      }),
    },
    panels: [
      {
        lines: curves.map(({ name, dashed, rows }, index) => ({
          name,
          style: index,
          // There are fewer colours than methods.
          dashed: dashed || index >= colours,
          points: rows.map((row) => ({ place: row.tableBytes, value: loss(row), details: detailsOf(row) })),
        })),
      },
    ],
  };
}

function detailsOf(model: FrontierSummary): string[] {
  const { memoryRatio, rocAuc } = model;
  return [
    `${formatQuantity(memoryRatio)} times smaller`,
    `ROC AUC ${rocAuc.toFixed(4)}`,
    `change ${aucChangeText(model)}`,
  ];
}

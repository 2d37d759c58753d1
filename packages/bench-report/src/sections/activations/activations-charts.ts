import type { ActivationPoint, ActivationSparsity } from '@ds/bench-models';
import type { Chart, Line } from '../../drawing/chart.js';
import { describeLevels, levelsOf } from '../../models.js';
import { variantsIn, type NamedVariant } from '../variants.js';

/** A row of `activation_sparsity.csv`. */
export type ActivationRow = ActivationPoint & ActivationSparsity;

/** What lost columns, such as "z" or "the inputs of top_l.0, top_l.2". */
export function sparsifiedInputs(rows: readonly ActivationRow[]): string {
  const layers = distinct(rows.flatMap(({ layers = zLayer }) => layers.split('+')));
  if (layers.every((layer) => layer === zLayer)) return 'z';
  return `the ${layers.length === 1 ? 'input' : 'inputs'} of ${layers.join(', ')}`;
}

// Its input is z, what the interaction gives.
const zLayer = 'top_l.0';

function levelLabelOf(rows: readonly ActivationRow[]): string {
  return `Sparsity level (fraction of the columns of ${sparsifiedInputs(rows)} dropped)`;
}

/** The ways in which the model ran, by their names for readers. */
export function activationVariantsIn(rows: readonly ActivationRow[]): NamedVariant[] {
  return variantsIn(rows, {
    masked: 'masked',
    folded: 'folded',
    folded_means: 'folded with means',
  });
}

/**
 * ROC AUC against level: a panel for each kind of tables, a line for each score; whole lines for models folded with means,
 * dashed ones for those without, folded or else masked. There is none where the metric is not defined.
 */
export function activationAucCharts(rows: readonly ActivationRow[]): Chart[] {
  const withZeros = ['folded', 'masked'].find((type) => rows.some(({ dlrmType }) => dlrmType === type));
  const drawn = [
    { dlrmType: 'folded_means', suffix: '', dashed: false },
    { dlrmType: withZeros, suffix: ', without means', dashed: true },
  ];
  const scores = distinct(rows.map(({ score }) => score));
  const panels = panelsOf(rows, (ofTables) =>
    drawn.flatMap(({ dlrmType, suffix, dashed }) =>
      scores.map((score, style) => ({
        name: `${score}${suffix}`,
        style,
        dashed,
        points: ofTables
          .filter((row) => row.score === score && row.dlrmType === dlrmType && row.rocAuc !== undefined)
          .map((row) => ({
            place: row.sparsityLevel,
            value: row.rocAuc!,
            ...(row.rocAucChange !== undefined && {
              details: [`change ${(1e4 * row.rocAucChange).toFixed(2)}e-4`],
            }),
          }))
          .sort((one, other) => one.place - other.place),
      })),
    ),
  );
  if (panels.length === 0) return [];
  const [first] = rows.filter(
    ({ rocAuc, rocAucChange }) => rocAuc !== undefined && rocAucChange !== undefined,
  );
  const dense = first && first.rocAuc! - first.rocAucChange!;
  return [
    {
      id: 'activation-auc',
      title: 'ROC AUC without some activations',
      description:
        `ROC AUC on the test set of models without some columns of ${sparsifiedInputs(rows)}, at sparsity levels ` +
        `${describeLevels(levelsOf(rows))}; a panel for each kind of tables and a line for each score that ranks the ` +
        `columns. ${panels.flatMap(({ title, lines }) => lines.map((line) => `${title}, ${rangeOf(line)}`)).join('; ')}.`,
      valueLabel: 'ROC AUC on the test set',
      reading: 'higher is better',
      decimals: 4,
      levelLabel: levelLabelOf(rows),
      fromZero: false,
      ...(dense !== undefined && { reference: { label: `dense: ${dense.toFixed(4)}`, value: dense } }),
      panels,
    },
  ];
}

/**
 * Forward time in percent of the dense model's: a panel for each kind of tables, a line for each way to run the model. There
 * is none where the times are not known.
 */
export function activationTimeCharts(rows: readonly ActivationRow[]): Chart[] {
  const variants = activationVariantsIn(rows);
  const panels = panelsOf(rows, (ofTables) =>
    variants.map(({ dlrmType, name }, style) => ({
      name,
      style,
      points: levelsOf(ofTables).flatMap((level) => {
        const shares = ofTables
          .filter((row) => row.dlrmType === dlrmType && row.sparsityLevel === level)
          .flatMap(({ speedup }) => (speedup === undefined ? [] : [100 / speedup]));
        return shares.length === 0 ? [] : [{ place: level, value: median(shares) }];
      }),
    })),
  );
  if (panels.length === 0) return [];
  const chart = {
    id: 'activation-time',
    title: 'Forward time without some activations',
    description:
      `Time of the forward pass of one batch in percent of the dense model's, at sparsity levels ` +
      `${describeLevels(levelsOf(rows))}; a panel for each kind of tables and a line for each way to run the model. ` +
      `${panels.flatMap(({ title, lines }) => lines.map((line) => `${title}, ${rangeOf(line)}`)).join('; ')}.`,
    valueLabel: "Time of one batch, of the dense model's",
    unit: '%',
    reading: 'lower is better; median over the scores',
    levelLabel: levelLabelOf(rows),
    fromZero: true,
    reference: { label: 'dense', value: 100 },
    panels,
  };
  return [chart];
}

function panelsOf(rows: readonly ActivationRow[], linesOf: (ofTables: ActivationRow[]) => Line[]) {
  return distinct(rows.map(({ tables }) => tables))
    .map((tables) => ({
      title: `tables: ${tables}`,
      lines: linesOf(rows.filter((row) => row.tables === tables)).filter(({ points }) => points.length > 0),
    }))
    .filter(({ lines }) => lines.length > 0);
}

function rangeOf({ name, points }: Line): string {
  return `${name}: ${points[0]!.value.toPrecision(4)} to ${points.at(-1)!.value.toPrecision(4)}`;
}

function distinct<Value>(values: readonly Value[]): Value[] {
  return [...new Set(values)];
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

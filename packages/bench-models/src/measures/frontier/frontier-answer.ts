import { methodOf, modelTitle } from '../../methods/methods.js';
import type { FrontierPoint } from './frontier.js';
import { relativeLoss, smallestWithin } from './smallest-within.js';

/** The answer to how far the tables of a model can shrink within an acceptable loss of ROC AUC. */
export interface FrontierAnswer {
  /** The smallest model within the bound; missing if every model loses more. */
  best?: FrontierPoint;
  /** The answer in a sentence. */
  sentence: string;
  /** Facts about the model: names and texts. */
  facts: (readonly [name: string, text: string])[];
}

/**
 * The smallest model that loses at most a fraction of its ROC AUC. It is chosen on the validation split; its reported loss
 * is measured on the test split.
 *
 * @param maxAucLoss the fraction, such as 0.001
 */
export function frontierAnswer(models: readonly FrontierPoint[], maxAucLoss: number): FrontierAnswer {
  const best = smallestWithin(models, maxAucLoss);
  const bound = `${percent(maxAucLoss)} of its ROC AUC`;
  if (!best) {
    const least = models.reduce((a, b) => (relativeLoss(a) <= relativeLoss(b) ? a : b));
    return {
      sentence:
        `No model loses at most ${bound}: the least loss on the validation split is ${percent(relativeLoss(least))}, ` +
        `by ${modelTitle(least)}, with tables of ${least.tableBytes} bytes.`,
      facts: [],
    };
  }
  const seeds = new Set(models.map(({ seed }) => seed)).size;
  const path = best.path === undefined ? undefined : JSON.stringify(best.path);
  return {
    best,
    sentence:
      `The smallest model that loses at most ${bound} has tables ${ratio(best.memoryRatio)} times smaller than in ` +
      `float32: ${modelTitle(best)}.`,
    facts: [
      ['method', methodOf(best).label],
      ['tables in memory', `${best.tableBytes} bytes, ${best.bytesPerRow.toPrecision(3)} a row with index`],
      ...(best.fileBytes === undefined ? [] : [['file on disk', `${best.fileBytes} bytes`] as const]),
      ['change of ROC AUC', `${aucChangeText(best)}, on the test split`],
      [
        'chosen by',
        `the loss on the validation split, ${percent(relativeLoss(best))}${seeds > 1 ? `, seed ${best.seed}` : ''}`,
      ],
      ...(path === undefined
        ? []
        : [['model', best.path!] as const, ['serve it', `Dlrm.load(${path})`] as const]),
    ],
  };
}

/** A change of ROC AUC with its 95 % interval, in ten-thousandths: `-0.78e-4 (95 %: -1.05 to -0.50)`. */
export function aucChangeText(change: ChangeOfAuc): string {
  const { value, lower, upper } = tenThousandths(change);
  return `${value}e-4 (95 %: ${lower} to ${upper})`;
}

type ChangeOfAuc = Pick<FrontierPoint, 'aucChange' | 'aucChangeLower' | 'aucChangeUpper'>;

/** A change of ROC AUC and the ends of its interval in ten-thousandths, with the digits that the interval justifies. */
export function tenThousandths({ aucChange, aucChangeLower, aucChangeUpper }: ChangeOfAuc): {
  /** The change. */
  value: string;
  /** Lower end of the interval. */
  lower: string;
  /** Upper end. */
  upper: string;
} {
  const half = (1e4 * (aucChangeUpper - aucChangeLower)) / 2;
  const decimals = half > 0 ? Math.min(2, Math.max(0, 1 - Math.floor(Math.log10(half)))) : 2;
  const text = (value: number) => (1e4 * value + 0).toFixed(decimals).replace(/^-(0\.?0*)$/, '$1');
  return { value: text(aucChange), lower: text(aucChangeLower), upper: text(aucChangeUpper) };
}

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(2))} %`;
}

function ratio(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

import { formatQuantity } from '../units.js';
import type { Chart } from './chart.js';

/** The title of the value axis, with its unit. */
export function valueTitle({ valueLabel, unit }: Pick<Chart, 'valueLabel' | 'unit'>): string {
  return unit === undefined ? valueLabel : `${valueLabel} (${unit})`;
}

/** The title of the axis of sparsity levels. */
export function levelTitle({
  levelLabel = 'Sparsity level (fraction of the blocks pruned)',
}: Pick<Chart, 'levelLabel'>): string {
  return levelLabel;
}

/** A value with the digits that are known, without its unit. */
export function formatValue({ decimals }: Pick<Chart, 'decimals'>, value: number): string {
  return decimals === undefined ? formatQuantity(value) : value.toFixed(decimals);
}

/** A value with its unit: `5.64 MiB`, `1.2e-4`. */
export function valueText(chart: Pick<Chart, 'decimals' | 'unit'>, value: number): string {
  const { unit } = chart;
  const number = formatValue(chart, value);
  if (unit === undefined) return number;
  return /^1e/.test(unit) ? `${number}${unit.slice(1)}` : `${number} ${unit}`;
}

/** Bytes in powers of 1000, as a logarithmic axis shows them: `100 kB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const step = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(bytes) / 3 + 1e-9)));
  return `${Number((bytes / 1000 ** step).toPrecision(3))} ${units[step]}`;
}

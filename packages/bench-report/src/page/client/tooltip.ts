import { formatBytes, valueText } from '../../drawing/axis-texts.js';
import type { Chart } from '../../drawing/chart.js';
import { escapeMarkup } from '../markup.js';

/** What echarts says of a point that is pointed at. */
interface Pointed {
  seriesName: string;
  seriesType: string;
  /** That of the line; the fill of a dashed line's marker is the background. */
  borderColor: string;
  value: [number, number];
  data: { level?: number; details?: readonly string[] };
}

/** The tooltip of a chart: all lines at a level, or one point of a plane. */
export function tooltipOf(chart: Chart): object {
  return {
    trigger: chart.plane ? 'item' : 'axis',
    confine: true,
    className: 'tooltip',
    transitionDuration: 0,
    axisPointer: { type: 'line', lineStyle: { color: 'var(--muted)', type: [3, 3] } },
    formatter: (pointed: Pointed | Pointed[]) => tooltipText(chart, [pointed].flat()),
  };
}

function tooltipText(chart: Chart, pointed: readonly Pointed[]): string {
  const [first] = pointed;
  if (!first) return '';
  const heading = chart.plane
    ? `${escapeMarkup(first.seriesName)}, ${formatBytes(first.value[0])}`
    : `level ${first.data.level}`;
  const rows = pointed.map(({ seriesName, borderColor, value, data }) => {
    const name = chart.plane ? chart.valueLabel : seriesName;
    const details = (data.details ?? []).map((text) => `<small>${escapeMarkup(text)}</small>`);
    return `<li><i style="background:${borderColor}"></i>${escapeMarkup(name)}: <b>${escapeMarkup(valueText(chart, value[1]))}</b>${details.join('')}</li>`;
  });
  return `<strong>${heading}</strong><ul>${rows.join('')}</ul>`;
}

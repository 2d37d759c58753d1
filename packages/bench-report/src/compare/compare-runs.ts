import { modelTitle, type GridPoint } from '@ds/bench-models';
import type { TextTable } from '../tables/text-table.js';
import { noValue } from '../tables/text-table.js';
import type { Figure, Section } from '../sections/section.js';
import { readRun, type Run } from './read-run.js';

/** One number of the models, compared between two runs. */
export interface ComparedFigure {
  /** `Size on disk: zip, bytes`. */
  title: string;
  /** Models that have the number in both runs. */
  models: number;
  /** A row for each model whose numbers differ by more than noise: the model, both numbers and the change. */
  beyondNoise: TextTable;
}

/** What differs between two runs. */
export interface RunComparison {
  /** Settings and machine facts with different values: the name, and the value in each run. */
  settings: TextTable;
  /** What was compared, number by number. */
  figures: ComparedFigure[];
  /** A sentence for each results file or set of models that only one run has. */
  onlyInOne: string[];
}

/**
 * Compares two results folders, model by model.
 *
 * @throws Error naming the folder or file that cannot be read.
 */
export async function compareRuns(first: string, second: string): Promise<RunComparison> {
  const a = await readRun(first);
  const b = await readRun(second);
  const onlyInOne: string[] = [];
  const figures = a.sections.flatMap(({ section, rows }, index) => {
    const otherRows = b.sections[index]!.rows;
    if (!rows || !otherRows) {
      if (rows || otherRows) onlyInOne.push(`${section.title}: only in ${rows ? a.folder : b.folder}`);
      return [];
    }
    const left = byModel(section, rows);
    const right = byModel(section, otherRows);
    for (const [mine, others, { folder }] of [
      [left, right, a],
      [right, left, b],
    ] as const) {
      const alone = [...mine.keys()].filter((name) => !others.has(name)).length;
      if (alone > 0) onlyInOne.push(`${section.title}: ${alone} rows only in ${folder}`);
    }
    return section.figures.map((figure) => compareFigure(section.title, figure, left, right));
  });
  return { settings: differentSettings(a, b), figures, onlyInOne };
}

function byModel(section: Section, rows: readonly object[]): Map<string, object> {
  return new Map(
    rows.map((row) => {
      const variant = 'dlrmType' in row ? `, ${row.dlrmType}` : 'seed' in row ? `, seed ${row.seed}` : '';
      return [`${section.rowTitle?.(row) ?? modelTitle(row as GridPoint)}${variant}`, row];
    }),
  );
}

function compareFigure(
  title: string,
  { heading, value, noise }: Figure<object>,
  left: ReadonlyMap<string, object>,
  right: ReadonlyMap<string, object>,
): ComparedFigure {
  let models = 0;
  const rows: string[][] = [];
  for (const [name, row] of left) {
    const other = right.get(name);
    const before = value(row);
    const after = other && value(other);
    if (before === undefined || after === undefined) continue;
    models++;
    const change = after - before;
    if (Math.abs(change) <= Math.max(noise(row), noise(other!))) continue;
    const share =
      before === 0 ? noValue : `${change > 0 ? '+' : ''}${((100 * change) / before).toPrecision(2)} %`;
    rows.push([name, String(before), String(after), share]);
  }
  return {
    title: `${title}: ${heading}`,
    models,
    beyondNoise: { headings: ['model', 'first', 'second', 'change'], rows },
  };
}

function differentSettings(a: Run, b: Run): TextTable {
  const facts = ({ info: { settings = {}, machine = {} } }: Run): Record<string, unknown> => ({
    ...settings,
    ...machine,
  });
  const [first, second] = [facts(a), facts(b)];
  const names = [...new Set([...Object.keys(first), ...Object.keys(second)])];
  const shown = (value: unknown) => (value === undefined ? noValue : String(value));
  return {
    headings: ['setting', 'first', 'second'],
    rows: names
      .filter((name) => first[name] !== second[name])
      .map((name) => [name, shown(first[name]), shown(second[name])]),
  };
}

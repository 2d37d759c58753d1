import { dirname } from 'node:path';
import {
  activationPointColumns,
  gridPointColumns,
  gridPointOwnColumns,
  readResultsText,
  sourceKey,
  type ResultsText,
} from '@ds/bench-models';

const variantColumn = 'dlrm_type';

/** The columns that say which model a row is about; the third one is the level. */
export interface KeyColumns {
  columns: readonly string[];
  /** Those that a file may lack. */
  own: readonly string[];
  /** What an error calls the first ones. */
  words: readonly string[];
}

const gridKeys: KeyColumns = {
  columns: gridPointColumns.map(({ name }) => name),
  own: gridPointOwnColumns.map(({ name }) => name),
  words: ['norm', 'block shape', 'sparsity level'],
};
const activationKeys: KeyColumns = {
  columns: activationPointColumns.map(({ name }) => name),
  own: [],
  words: ['tables', 'score', 'sparsity level'],
};

function keysOf(header: readonly string[]): KeyColumns {
  return activationKeys.columns.every((name) => header.includes(name)) ? activationKeys : gridKeys;
}

/** A row of a part. */
export interface PartRow {
  /** File and line, for errors. */
  place: string;
  /** The folder to which the paths in its cells are relative. */
  folder: string;
  cells: string[];
  model: string;
  variant: string;
}

/** The rows of all parts, one after another. */
export interface Parts {
  paths: readonly string[];
  header: readonly string[];
  keys: KeyColumns;
  rows: readonly PartRow[];
}

/**
 * Reads the parts of a results file, or of its times.
 *
 * @throws Error naming the file and line, if a part cannot be read, its columns differ from those of the first, a row is
 *   duplicate, or two are of different source models; or if no part has rows.
 */
export async function readParts(paths: readonly string[]): Promise<Parts> {
  const texts: ResultsText[] = [];
  for (const path of paths) texts.push(await readResultsText(path));
  const { header } = texts[0]!;
  const keys = keysOf(header);
  const found = new Map<string, PartRow>();
  texts.forEach((text, index) => {
    const path = paths[index]!;
    if (text.header.join() !== header.join())
      throw new Error(
        `${path} line 1: expected the columns of ${paths[0]} (${header.join(', ')}), found ${text.header.join(', ')}`,
      );
    const keyOf = modelReader(path, header, keys);
    for (const { line, cells } of text.records) {
      const row = { place: `${path} line ${line}`, folder: dirname(path), cells, ...keyOf(cells) };
      const earlier = found.get(rowKey(row));
      if (earlier)
        throw new Error(
          `${row.place}: expected each row once, found ${rowTitle(keys, row)} also in ${earlier.place}`,
        );
      found.set(rowKey(row), row);
    }
  });
  const rows = [...found.values()];
  if (rows.length === 0) throw new Error(`expected rows in ${paths.join(', ')}, found none`);
  const source = header.indexOf(sourceKey);
  const other = source < 0 ? undefined : rows.find(({ cells }) => cells[source] !== rows[0]!.cells[source]);
  if (other) {
    throw new Error(
      `${other.place}: expected ${sourceKey} ${rows[0]!.cells[source]!.slice(0, 12)}..., as in ${rows[0]!.place}, ` +
        `found ${other.cells[source]!.slice(0, 12)}...: parts of different models`,
    );
  }
  return { paths, header, keys, rows };
}

/** The models of the rows of a results file, each once. */
export async function modelsOf(path: string, keys: KeyColumns): Promise<string[]> {
  const { header, records } = await readResultsText(path);
  const keyOf = modelReader(path, header, keys);
  return [...new Set(records.map(({ cells }) => keyOf(cells).model))];
}

function modelReader(path: string, header: readonly string[], keys: KeyColumns) {
  const missing = keys.columns.filter((name) => !header.includes(name));
  if (missing.length > 0)
    throw new Error(`${path} line 1: missing column ${missing.join(', ')}; found ${header.join(', ')}`);
  const columns = [...keys.columns, ...keys.own].map((name) => header.indexOf(name));
  const variantAt = header.indexOf(variantColumn);
  return (cells: readonly string[]) => ({
    model: columns.map((column) => cells[column]?.trim() ?? '').join('\t'),
    variant: variantAt < 0 ? '' : cells[variantAt]!,
  });
}

/** The same for two rows about the same model and variant. */
export function rowKey({ model, variant }: Pick<PartRow, 'model' | 'variant'>): string {
  return `${variant}\t${model}`;
}

/** What an error calls a row. */
export function rowTitle(
  { words, own: names }: KeyColumns,
  { model, variant }: Pick<PartRow, 'model' | 'variant'>,
): string {
  const values = model.split('\t');
  const named = words.map((word, i) => `${word} ${values[i]}`);
  const own = names.flatMap((name, i) =>
    values[words.length + i] ? [`${name} ${values[words.length + i]}`] : [],
  );
  return [...named, ...own, ...(variant ? [variant] : [])].join(', ');
}

import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import {
  activationPointColumns,
  activationVariants,
  dlrmTypes,
  gridPointColumns,
  gridPointOwnColumns,
  pathCell,
  readResultsText,
  sourceKey,
  tableTypes,
  timesPath,
  writeResultsCsv,
  type ResultsText,
} from '@ds/bench-models';
import { checkOutputs, partOfPath } from '@ds/files';

const variantColumn = 'dlrm_type';
const pathColumns = ['path', 'sparse_path'];

/** The columns that say which model a row is about; the third one is the level. */
interface KeyColumns {
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

/**
 * Merges the parts of one results file that shards of a benchmark wrote, and their files of times. Only relative paths in
 * cells are changed, where the merged file is in another folder. The rows are in the order of a single run: that of `like` if given (after the model type if there are several); otherwise that of the parts
 * if all are named like `metrics.2-of-8.csv`, and then all eight must be there; otherwise by norm, block shape and level.
 *
 * Without `like` the models must be a full grid: each norm and block shape that occurs (each kind of tables and
 * score) has each level (and each model type) that occurs. Models of methods without norms and blocks may be any. A level or norm that no part has is noticed only with
 * `like`. A part may have no rows.
 *
 * @returns the number of rows
 * @throws Error naming the file and line, if a part cannot be read or its columns differ from those of the first, or if a
 *   row is duplicate; naming the file, if its name has another number of parts or an impossible one (3 of 2); or if a row
 *   or a part is missing. Then no output is written.
 */
export async function mergeResults({
  parts: given,
  output,
  like,
}: {
  /** Paths of the parts. */
  parts: readonly string[];
  /** Path of the merged file. */
  output: string;
  /** Path of a results file with exactly the expected models: the merged metadata. */
  like?: string;
}): Promise<number> {
  if (given.length === 0) throw new Error('expected the paths of at least one part, found none');
  const paths = given.filter((path) => !given.some((other) => timesPath(other) === path));
  const times = paths.map(timesPath);
  const missing = times.filter((path) => !existsSync(path));
  if (missing.length > 0 && missing.length < times.length)
    throw new Error(`expected the times of every part, found no ${missing[0]}`);
  const rows = await mergeFiles({ paths, output, like });
  if (missing.length === 0) await mergeFiles({ paths: times, output: timesPath(output), like });
  return rows;
}

async function mergeFiles({
  paths,
  output,
  like,
}: {
  paths: readonly string[];
  output: string;
  like: string | undefined;
}): Promise<number> {
  checkOutputs({ inputs: [...paths, like], outputs: [output] });
  const numbered = inOrderOfParts(paths);
  const parts = numbered ?? paths;
  const texts: ResultsText[] = [];
  for (const part of parts) texts.push(await readResultsText(part));
  const { header } = texts[0]!;
  const keys = keysOf(header);
  const rowName = (model: string, variant: string) => rowTitle(keys, model, variant);
  const merged = new Map<
    string,
    { place: string; folder: string; cells: string[]; model: string; variant: string }
  >();
  texts.forEach((text, index) => {
    const part = parts[index]!;
    if (text.header.join() !== header.join())
      throw new Error(
        `${part} line 1: expected the columns of ${parts[0]} (${header.join(', ')}), found ${text.header.join(', ')}`,
      );
    const keyOf = modelReader(part, header, keys);
    for (const { line, cells } of text.records) {
      const place = `${part} line ${line}`;
      const { model, variant } = keyOf(cells);
      const key = `${variant}\t${model}`;
      const earlier = merged.get(key);
      if (earlier)
        throw new Error(
          `${place}: expected each row once, found ${rowName(model, variant)} also in ${earlier.place}`,
        );
      merged.set(key, { place, folder: dirname(part), cells, model, variant });
    }
  });
  const rows = [...merged.values()];
  if (rows.length === 0) throw new Error(`expected rows in ${parts.join(', ')}, found none`);
  const source = header.indexOf(sourceKey);
  const other = source < 0 ? undefined : rows.find(({ cells }) => cells[source] !== rows[0]!.cells[source]);
  if (other) {
    throw new Error(
      `${other.place}: expected ${sourceKey} ${rows[0]!.cells[source]!.slice(0, 12)}..., as in ${rows[0]!.place}, ` +
        `found ${other.cells[source]!.slice(0, 12)}...: parts of different models`,
    );
  }
  const models =
    like === undefined
      ? fullGrid(
          rows.map(({ model }) => model),
          keys,
        )
      : await modelsOf(like, keys);
  const unknown = rows.find(({ model }) => !models.includes(model));
  if (unknown) throw new Error(`${unknown.place}: ${rowName(unknown.model, '')} is not in ${like}`);
  const variants = inOrderOfVariants(new Set(rows.map(({ variant }) => variant)));
  const expected = variants.flatMap((variant) =>
    models.map((model) => {
      const row = merged.get(`${variant}\t${model}`);
      if (!row) throw new Error(`missing row: ${rowName(model, variant)} is in none of ${parts.join(', ')}`);
      return row;
    }),
  );
  const ordered = numbered && like === undefined ? rows : expected;
  await writeResultsCsv({
    path: output,
    columns: header.map((name, column) => ({
      name,
      cell: ({ cells, folder }: (typeof ordered)[number]) => {
        const cell = cells[column]!;
        if (cell === '' || !pathColumns.includes(name)) return cell;
        return pathCell.format(pathCell.parse(cell, folder)!, dirname(output));
      },
    })),
    makeRows: async () => ordered,
  });
  return ordered.length;
}

/**
 * The paths in the order of the parts, of which none may be missing or duplicate. Undefined unless all paths are named as
 * parts.
 */
function inOrderOfParts(paths: readonly string[]): string[] | undefined {
  const parts = paths.flatMap((path) => partOfPath(path) ?? []);
  if (parts.length < paths.length) return undefined;
  const { count } = parts[0]!;
  const other = parts.findIndex((part) => part.count !== count);
  if (other >= 0) throw new Error(`${paths[other]}: expected one of ${count} parts, like ${paths[0]}`);
  const stray = parts.findIndex(({ index }) => index < 1 || index > count);
  if (stray >= 0)
    throw new Error(`${paths[stray]}: expected a part from 1 to ${count}, found part ${parts[stray]!.index}`);
  return Array.from({ length: count }, (_, index) => {
    const found = paths.filter((_, i) => parts[i]!.index === index + 1);
    if (found.length !== 1)
      throw new Error(
        `part ${index + 1} of ${count}: expected it once, found ${found.join(' and ') || 'none'}`,
      );
    return found[0]!;
  });
}

async function modelsOf(path: string, keys: KeyColumns): Promise<string[]> {
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

// Compares numbers within texts by value: (1, 4) is before (1, 16).
const numericCollator = new Intl.Collator('en', { numeric: true });

/**
 * Every pair of norm and block shape (of tables and score) that occurs, crossed with every level that occurs, ordered by norm, block shape and
 * level. The models of other methods, which do not form a grid, follow in the given order.
 */
function fullGrid(models: readonly string[], keys: KeyColumns): string[] {
  const methodAt = keys.own.includes('method') ? keys.columns.length + keys.own.indexOf('method') : Infinity;
  const hasMethod = (model: string) => (model.split('\t')[methodAt] ?? '') !== '';
  const parsed = models
    .filter((model) => !hasMethod(model))
    .map((model) => {
      const [norm, shape, level, ...own] = model.split('\t');
      return { method: [norm, shape, ...own].join('\t'), level: level! };
    });
  const methods = [...new Set(parsed.map(({ method }) => method))].sort(numericCollator.compare);
  const levels = [...new Set(parsed.map(({ level }) => level))].sort((a, b) => Number(a) - Number(b));
  const grid = methods.flatMap((method) => {
    const [norm, shape, ...own] = method.split('\t');
    return levels.map((level) => [norm, shape, level, ...own].join('\t'));
  });
  return [...grid, ...new Set(models.filter(hasMethod))];
}

/** The variants of a results file in the order in which its benchmark writes them; unknown ones of a later version last. */
function inOrderOfVariants(variants: ReadonlySet<string>): string[] {
  const orders: readonly (readonly string[])[] = [dlrmTypes, tableTypes, activationVariants];
  const found = (order: readonly string[]) => order.filter((variant) => variants.has(variant)).length;
  const written = orders.reduce((best, order) => (found(order) > found(best) ? order : best));
  const known = written.filter((variant) => variants.has(variant));
  return [...known, ...[...variants].filter((variant) => !known.includes(variant)).sort()];
}

function rowTitle({ words, own: names }: KeyColumns, model: string, variant: string): string {
  const values = model.split('\t');
  const named = words.map((word, i) => `${word} ${values[i]}`);
  const own = names.flatMap((name, i) =>
    values[words.length + i] ? [`${name} ${values[words.length + i]}`] : [],
  );
  return [...named, ...own, ...(variant ? [variant] : [])].join(', ');
}

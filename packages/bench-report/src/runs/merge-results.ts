import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import {
  activationVariants,
  dlrmTypes,
  pathCell,
  tableTypes,
  timesPath,
  writeResultsCsv,
} from '@ds/bench-models';
import { checkOutputs, partOfPath } from '@ds/files';
import {
  modelsOf,
  readParts,
  rowKey,
  rowTitle,
  type KeyColumns,
  type PartRow,
  type Parts,
} from './read-parts.js';

const pathColumns = ['path', 'sparse_path'];

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
 *   row is duplicate or is not in both a part and its times; naming the file, if its name has another number of parts or an
 *   impossible one (3 of 2), or if the output has times of an earlier merge and the parts have none; or if a row or a part
 *   is missing. Then no output is written.
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
  const hasTimes = missing.length === 0;
  const earlierTimes = existsSync(timesPath(output)) ? timesPath(output) : undefined;
  checkOutputs({
    inputs: [...paths, ...times, like],
    outputs: [output, hasTimes ? timesPath(output) : earlierTimes],
  });
  const numbered = inOrderOfParts(paths);
  const parts = await readParts(numbered ?? paths);
  const expected = await expectedRows(parts, like);
  const merged = { ...parts, rows: numbered && like === undefined ? parts.rows : expected };
  const mergedTimes = hasTimes ? timesOf(merged, await readParts(merged.paths.map(timesPath))) : undefined;
  if (!hasTimes && earlierTimes !== undefined)
    throw new Error(
      `${earlierTimes}: expected none, as the parts have no times, found that of an earlier merge; remove it first`,
    );
  await writeMerged(output, merged, async () => {
    // While the other file is open, so that neither is replaced if one of them cannot be written.
    if (mergedTimes) await writeMerged(timesPath(output), mergedTimes);
  });
  return merged.rows.length;
}

/** The rows in the order of a single run. @throws Error naming a row that is missing, or is not in `like`. */
async function expectedRows({ paths, keys, rows }: Parts, like: string | undefined): Promise<PartRow[]> {
  const models =
    like === undefined
      ? fullGrid(
          rows.map(({ model }) => model),
          keys,
        )
      : await modelsOf(like, keys);
  const unknown = rows.find(({ model }) => !models.includes(model));
  if (unknown)
    throw new Error(`${unknown.place}: ${rowTitle(keys, { ...unknown, variant: '' })} is not in ${like}`);
  const variants = inOrderOfVariants(new Set(rows.map(({ variant }) => variant)));
  const found = new Map(rows.map((row) => [rowKey(row), row]));
  return variants.flatMap((variant) =>
    models.map((model) => {
      const row = found.get(rowKey({ model, variant }));
      if (!row)
        throw new Error(
          `missing row: ${rowTitle(keys, { model, variant })} is in none of ${paths.join(', ')}`,
        );
      return row;
    }),
  );
}

/** The times of these rows, in their order. @throws Error naming a row that only one of the two has. */
function timesOf({ paths, keys, rows }: Parts, times: Parts): Parts {
  const left = new Map(times.rows.map((row) => [rowKey(row), row]));
  const ordered = rows.map((row) => {
    const found = left.get(rowKey(row));
    if (!found)
      throw new Error(
        `${row.place}: expected times of ${rowTitle(keys, row)} in ${times.paths.join(', ')}, found none`,
      );
    left.delete(rowKey(row));
    return found;
  });
  for (const row of left.values())
    throw new Error(`${row.place}: ${rowTitle(keys, row)} is in none of ${paths.join(', ')}`);
  return { ...times, rows: ordered };
}

/** @param before called when the file can be written, before it is */
async function writeMerged(
  output: string,
  { header, rows }: Parts,
  before = async (): Promise<void> => undefined,
): Promise<void> {
  await writeResultsCsv({
    path: output,
    columns: header.map((name, column) => ({
      name,
      cell: ({ cells, folder }: PartRow) => {
        const cell = cells[column]!;
        if (cell === '' || !pathColumns.includes(name)) return cell;
        return pathCell.format(pathCell.parse(cell, folder)!, dirname(output));
      },
    })),
    makeRows: async () => {
      await before();
      return [...rows];
    },
  });
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

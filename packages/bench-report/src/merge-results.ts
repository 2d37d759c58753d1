import {
  dlrmTypes,
  gridPointColumns,
  gridPointOwnColumns,
  readResultsText,
  tableTypes,
  writeResultsCsv,
  type ResultsText,
} from '@ds/bench-models';
import { checkOutputs, partOfPath } from '@ds/files';

const keyColumns = gridPointColumns.map(({ name }) => name);
const ownKeyColumns = gridPointOwnColumns.map(({ name }) => name);
const variantColumn = 'dlrm_type';

/**
 * Joins the parts of one results file that shards of a benchmark wrote. The rows are those of the parts, cell by
 * cell, in the order of a single run: that of `like` where it is given, after the model type where there are
 * several; else one part after the other where all are named as `metrics.2-of-8.csv`, which must then be all eight;
 * else by norm, block shape and level.
 *
 * Without `like` the models must be a full grid: each norm and block shape that occurs has each level that
 * occurs (and each model type); models of methods without norms and blocks are taken as they come. A level or norm that no part has is then not missed; `like` misses it. A part
 * may hold no rows.
 *
 * @returns the number of rows
 * @throws Error naming the file and line when a part cannot be read or has other columns than the first, or a row
 *   is there twice; naming the file of a part that is of another number of parts, or none of them (3 of 2); or when
 *   a row or a part is missing. No output is then written.
 */
export async function mergeResults({
  parts: given,
  output,
  like,
}: {
  /** Paths of the parts. */
  parts: readonly string[];
  /** Path of the joined file. */
  output: string;
  /** Path of a results file whose models are all expected, and no others: the joined metadata. */
  like?: string;
}): Promise<number> {
  if (given.length === 0) throw new Error('expected the paths of at least one part, found none');
  checkOutputs({ inputs: [...given, like], outputs: [output] });
  const numbered = inOrderOfParts(given);
  const parts = numbered ?? given;
  const texts: ResultsText[] = [];
  for (const part of parts) texts.push(await readResultsText(part));
  const { header } = texts[0]!;
  const merged = new Map<string, { place: string; cells: string[]; model: string; variant: string }>();
  texts.forEach((text, index) => {
    const part = parts[index]!;
    if (text.header.join() !== header.join())
      throw new Error(
        `${part} line 1: expected the columns of ${parts[0]} (${header.join(', ')}), found ${text.header.join(', ')}`,
      );
    const keyOf = modelReader(part, header);
    for (const { line, cells } of text.records) {
      const place = `${part} line ${line}`;
      const { model, variant } = keyOf(cells);
      const key = `${variant}\t${model}`;
      const earlier = merged.get(key);
      if (earlier)
        throw new Error(
          `${place}: expected each row once, found ${rowName(model, variant)} also in ${earlier.place}`,
        );
      merged.set(key, { place, cells, model, variant });
    }
  });
  const rows = [...merged.values()];
  if (rows.length === 0) throw new Error(`expected rows in ${parts.join(', ')}, found none`);
  const models = like === undefined ? fullGrid(rows.map(({ model }) => model)) : await modelsOf(like);
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
  const ordered = (numbered && like === undefined ? rows : expected).map(({ cells }) => cells);
  await writeResultsCsv({
    path: output,
    columns: header.map((name, column) => ({ name, cell: (cells: readonly string[]) => cells[column]! })),
    makeRows: async () => ordered,
  });
  return ordered.length;
}

/**
 * Where all paths are named as parts: the paths in the order of the parts, none of which is missing or there twice.
 * Undefined where one is not.
 */
function inOrderOfParts(paths: readonly string[]): string[] | undefined {
  const parts = paths.flatMap((path) => partOfPath(path) ?? []);
  if (parts.length < paths.length) return undefined;
  const { count } = parts[0]!;
  const other = parts.findIndex((part) => part.count !== count);
  if (other >= 0) throw new Error(`${paths[other]}: expected one of ${count} parts, as ${paths[0]} is`);
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

async function modelsOf(path: string): Promise<string[]> {
  const { header, records } = await readResultsText(path);
  const keyOf = modelReader(path, header);
  return [...new Set(records.map(({ cells }) => keyOf(cells).model))];
}

function modelReader(path: string, header: readonly string[]) {
  const missing = keyColumns.filter((name) => !header.includes(name));
  if (missing.length > 0)
    throw new Error(`${path} line 1: missing column ${missing.join(', ')}; found ${header.join(', ')}`);
  const columns = [...keyColumns, ...ownKeyColumns].map((name) => header.indexOf(name));
  const variantAt = header.indexOf(variantColumn);
  return (cells: readonly string[]) => ({
    model: columns.map((column) => cells[column]?.trim() ?? '').join('\t'),
    variant: variantAt < 0 ? '' : cells[variantAt]!,
  });
}

// Numbers in a text count as such: (1, 4) is before (1, 16).
const byNumbers = new Intl.Collator('en', { numeric: true });

/**
 * Every norm with a block shape that occurs, crossed with every level that occurs: by norm, block shape and level. Then the
 * models of other methods, as they come: they are no grid.
 */
function fullGrid(models: readonly string[]): string[] {
  const methodAt = keyColumns.length + ownKeyColumns.indexOf('method');
  const hasMethod = (model: string) => (model.split('\t')[methodAt] ?? '') !== '';
  const parsed = models
    .filter((model) => !hasMethod(model))
    .map((model) => {
      const [norm, shape, level, ...own] = model.split('\t');
      return { method: [norm, shape, ...own].join('\t'), level: level! };
    });
  const methods = [...new Set(parsed.map(({ method }) => method))].sort(byNumbers.compare);
  const levels = [...new Set(parsed.map(({ level }) => level))].sort((a, b) => Number(a) - Number(b));
  const grid = methods.flatMap((method) => {
    const [norm, shape, ...own] = method.split('\t');
    return levels.map((level) => [norm, shape, level, ...own].join('\t'));
  });
  return [...grid, ...new Set(models.filter(hasMethod))];
}

/** The variants of a results file in the order in which its benchmark writes them; those of a later version come last. */
function inOrderOfVariants(variants: ReadonlySet<string>): string[] {
  const written: readonly string[] = variants.has('dense_tables') ? tableTypes : dlrmTypes;
  const known = written.filter((variant) => variants.has(variant));
  return [...known, ...[...variants].filter((variant) => !known.includes(variant)).sort()];
}

function rowName(model: string, variant: string): string {
  const [norm, shape, level, ...own] = model.split('\t');
  const named = ownKeyColumns.map((name, i) => (own[i] ? `, ${name} ${own[i]}` : '')).join('');
  return `norm ${norm}, block shape ${shape}, sparsity level ${level}${named}${variant && `, ${variant}`}`;
}

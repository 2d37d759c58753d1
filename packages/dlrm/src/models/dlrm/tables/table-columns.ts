import { tableName } from '../config.js';
import { torchRecTables } from '../torchrec-names.js';

const plainTable = /^emb_l\.(\d+)\.(?:embs\.)?weight$/;
// What the original makes of the parts of a composed table.
const composed = [
  { part: /^emb_l\.\d+\.weight_[qr]$/, flag: '--qr-flag' },
  { part: /^emb_l\.\d+\.(?:embs|proj)\.weight$/, flag: '--md-flag' },
  { part: /^emb_l\.\d+\.weight$/, flag: '--weighted-pooling' },
] as const;

/** Tensors by their names; only the names matter. */
type Named = Readonly<Record<string, unknown>>;

/**
 * The categorical column of each of a DLRM's tables, for computations that look up its rows by id: the importance of rows,
 * the time of a lookup. The names are those of the state dict, TorchRec's too.
 *
 * @param source the name of the state dict in errors: usually the path of its file
 * @returns columns by table name, in the order of `names`
 * @throws Error naming a tensor that has no row for each id: a part of a composed table (`--qr-flag`, `--md-flag`,
 *   `--weighted-pooling=learned`), or another tensor.
 */
export function columnsOfTables(
  stateDict: Named,
  names: readonly string[],
  source: string,
): ReadonlyMap<string, number> {
  const torchRec = torchRecTables(Object.keys(stateDict));
  const columns = names.map((name): [string, number] => {
    const column = torchRec.indexOf(name);
    if (column >= 0) return [name, column];
    const number = plainTable.exec(name)?.[1];
    if (number !== undefined && isWhole(stateDict, number)) return [name, Number(number)];
    const flag = composed.find(({ part }) => part.test(name))?.flag;
    throw new Error(
      `${source}: ${name}: expected a table with a row for each id, found ` +
        `${flag ? `a part of one (${flag})` : 'another tensor'}: choose whole tables with --table, or a method that needs no ` +
        'training rows (bench-disk, or compress-tables --no-data)',
    );
  });
  return new Map(columns);
}

/** The tables of a plain model with their columns. */
export function plainColumns(tables: number): ReadonlyMap<string, number> {
  return new Map(Array.from({ length: tables }, (_, column) => [tableName(column), column]));
}

/** Whether the rows of a table are used as they are stored. */
function isWhole(stateDict: Named, number: string): boolean {
  return !(`emb_l.${number}.proj.weight` in stateDict) && !(`v_W_l.${number}` in stateDict);
}

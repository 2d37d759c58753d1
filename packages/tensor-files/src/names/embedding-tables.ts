// facebookresearch/dlrm: plain tables, quotient-remainder (QR) ones and mixed dimensions (MD) with their projection.
// Its pruning benchmark takes every parameter with `emb_l` in its name.
const dlrmTable = /(?:^|\.)emb_l\.(\d+)\.(weight|weight_q|weight_r|embs\.weight|proj\.weight)$/;
const dlrmParts = ['weight', 'weight_q', 'weight_r', 'embs.weight', 'proj.weight'];
// TorchRec's collections of embedding bags and of embeddings, and deepctr-torch's tables.
const namedTable = /(?:^|\.)(?:embedding_bags|embeddings|embedding_dict)\.[^.]+\.weight$/;
const tableLike = /emb|table|lookup/i;
// A weight without a bias and with this many rows per column is unlikely to be a layer's.
const tallRatio = 4;
const mostListed = 5;

/** A tensor of which only the name and perhaps the shape are known. */
type Named = Readonly<Record<string, unknown>>;

/**
 * The names of a state dict's embedding tables: those of facebookresearch/dlrm by number (`emb_l.{i}.weight`,
 * `weight_q` and `weight_r`, `embs.weight` and `proj.weight`), then `embedding_bags.NAME.weight`,
 * `embeddings.NAME.weight` (TorchRec) and `embedding_dict.NAME.weight` in the state dict's order. The names must be
 * those that `loadCheckpoint` returns with `names: 'plain'`.
 */
export function embeddingTableNames(stateDict: Named): string[] {
  const names = Object.keys(stateDict).filter((name) => isEmbeddingTable(name, stateDict[name]));
  const placeOf = (name: string) => {
    const [, number, part] = dlrmTable.exec(name)!;
    return Number(number) * dlrmParts.length + dlrmParts.indexOf(part!);
  };
  return [
    ...names.filter((name) => dlrmTable.test(name)).sort((a, b) => placeOf(a) - placeOf(b)),
    ...names.filter((name) => !dlrmTable.test(name)),
  ];
}

/** Whether a tensor with this name, and with the shape of `tensor` if it has one, is an embedding table. */
export function isEmbeddingTable(name: string, tensor?: unknown): boolean {
  return dlrmTable.test(name) || (namedTable.test(name) && (shapeOf(tensor)?.length ?? 2) === 2);
}

/**
 * Selects the tables of a state dict to prune or compress: those that match a pattern, or by default its
 * `embeddingTableNames`.
 *
 * @returns their names, and notes for the user on tables that seem to be missing or left out
 * @throws Error that lists the two-dimensional tensors, if there is no table or a pattern matches none.
 */
export function selectTables({
  stateDict,
  patterns = [],
  source,
}: {
  stateDict: Named;
  /** Names of tables; `*` stands for any characters, dots too. Default: the tables recognised by name. */
  patterns?: readonly string[];
  /** The name of the state dict in errors: usually the path of its file. */
  source: string;
}): {
  /** Names of the tables. */
  names: string[];
  /** Notes for the user: gaps in the numbering, and tensors that look like tables but are left out. */
  notes: string[];
} {
  const matrices = Object.keys(stateDict).filter((name) => {
    // Integer tensors are copied unchanged: they cannot be pruned.
    const isInteger = (stateDict[name] as { stored?: { bytes?: unknown } }).stored?.bytes !== undefined;
    return shapeOf(stateDict[name])?.length === 2 && !isInteger;
  });
  const fail = (expected: string) => {
    const found = matrices.map((name) => `${name} (${shapeOf(stateDict[name])!.join(', ')})`);
    return new Error(
      `${source}: ${expected}, found the two-dimensional tensors ${listed(found)}; ` +
        'name the tables with --table <pattern>, such as "*embedding*"',
    );
  };
  if (patterns.length === 0) {
    const names = embeddingTableNames(stateDict);
    if (names.length === 0) throw fail('expected an embedding table');
    return { names, notes: [...gapNotes(names), ...leftOutNotes(stateDict, matrices, names)] };
  }
  const matched = new Set<string>();
  for (const pattern of patterns) {
    const matches = matrices.filter((name) => matcherOf(pattern).test(name));
    if (matches.length === 0) throw fail(`expected a table that matches "${pattern}"`);
    matches.forEach((name) => matched.add(name));
  }
  const names = matrices.filter((name) => matched.has(name));
  return { names, notes: leftOutNotes(stateDict, matrices, names) };
}

function matcherOf(pattern: string): RegExp {
  const parts = pattern.split(/\*+/).map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's');
}

function gapNotes(names: readonly string[]): string[] {
  const numbers = names.flatMap((name) => dlrmTable.exec(name)?.[1] ?? []).map(Number);
  const last = numbers.reduce((largest, number) => Math.max(largest, number), -1);
  const known = new Set(numbers);
  const missing: string[] = [];
  for (let number = 0; number < last && missing.length <= mostListed; number++) {
    if (!known.has(number)) missing.push(`emb_l.${number}`);
  }
  return missing.length > 0 ? [`${listed(missing)} missing: the tables go up to emb_l.${last}`] : [];
}

function leftOutNotes(stateDict: Named, matrices: readonly string[], chosen: readonly string[]): string[] {
  const tables = new Set(chosen);
  const left = matrices.filter((name) => {
    if (tables.has(name)) return false;
    const [rows, columns] = shapeOf(stateDict[name]) as [number, number];
    const bias = name.replace(/weight$/, 'bias');
    return tableLike.test(name) || (bias !== name && !(bias in stateDict) && rows >= tallRatio * columns);
  });
  return left.length > 0 ? [`left out, though it may be a table: ${listed(left)}`] : [];
}

function shapeOf(tensor: unknown): readonly number[] | undefined {
  if (typeof tensor !== 'object' || tensor === null) return undefined;
  const { shape, rows, dim } = tensor as { shape?: number[]; rows?: number; dim?: number };
  return shape ?? (rows !== undefined && dim !== undefined ? [rows, dim] : undefined);
}

function listed(names: readonly string[]): string {
  if (names.length === 0) return '(none)';
  const more = names.length - mostListed;
  return `${names.slice(0, mostListed).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

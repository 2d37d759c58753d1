const dlrmTable = /(?:^|\.)emb_l\.(\d+)\.weight$/;
const torchRecTable = /(?:^|\.)embedding_bags\.[^.]+\.weight$/;

/**
 * The names of a state dict's embedding tables: `emb_l.{i}.weight` (facebookresearch/dlrm) by number, then
 * `...embedding_bags.NAME.weight` (TorchRec) in the state dict's order.
 */
export function embeddingTableNames(stateDict: Readonly<Record<string, unknown>>): string[] {
  const names = Object.keys(stateDict);
  const numberOf = (name: string) => Number(dlrmTable.exec(name)![1]);
  return [
    ...names.filter((name) => dlrmTable.test(name)).sort((a, b) => numberOf(a) - numberOf(b)),
    ...names.filter((name) => torchRecTable.test(name)),
  ];
}

/** Whether a tensor of this name is an embedding table. */
export function isEmbeddingTable(name: string): boolean {
  return dlrmTable.test(name) || torchRecTable.test(name);
}

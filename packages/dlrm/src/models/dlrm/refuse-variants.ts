// Parameters that `DLRM_Net` of facebookresearch/dlrm has when it is made with a flag that we do not know.
const variants = [
  { pattern: /^emb_l\.\d+\.weight_[qr]$/, flag: '--qr-flag (quotient-remainder embeddings)' },
  { pattern: /^emb_l\.\d+\.(embs|proj)\.weight$/, flag: '--md-flag (mixed-dimension embeddings)' },
  { pattern: /^v_W_l\.\d+$/, flag: '--weighted-pooling=learned' },
];

/** @throws Error naming the flag when a tensor is that of a model which cannot be run */
export function refuseVariants(names: readonly string[]): void {
  for (const { pattern, flag } of variants) {
    const name = names.find((name) => pattern.test(name));
    if (name !== undefined) {
      throw new Error(`${name} is of a model trained with ${flag}, which cannot be run: train it without`);
    }
  }
}

import type { CheckpointMetadata } from '@ds/tensor-files';
import type { QrOperation } from '../../tables/quotient-remainder-table.js';

/** Flags of facebookresearch/dlrm that a model was trained with and its tensors may not show. */
export interface ModelFlags {
  /** How vectors meet; needed where the width of the top MLP's input is that of both. */
  archInteractionOp?: 'dot' | 'cat' | undefined;
  /** How the two rows of a quotient-remainder table become one; needed for `mult` and `add`. */
  qrOperation?: QrOperation | undefined;
}

/** The values of each flag, the original's default first. */
export const flagValues = {
  archInteractionOp: ['dot', 'cat'],
  qrOperation: ['mult', 'add', 'concat'],
} as const satisfies { [Flag in keyof ModelFlags]-?: readonly NonNullable<ModelFlags[Flag]>[] };

const keys = { archInteractionOp: 'arch_interaction_op', qrOperation: 'qr_operation' } as const;

/** The flags that a checkpoint says beside its tensors. */
export function flagsFrom(metadata: CheckpointMetadata): ModelFlags {
  return {
    archInteractionOp: flagValues.archInteractionOp.find(
      (value) => value === metadata[keys.archInteractionOp],
    ),
    qrOperation: flagValues.qrOperation.find((value) => value === metadata[keys.qrOperation]),
  };
}

/** The same flags as a checkpoint's metadata. */
export function flagsMetadata(flags: ModelFlags): CheckpointMetadata {
  const entries = (['archInteractionOp', 'qrOperation'] as const).flatMap((flag) =>
    flags[flag] === undefined ? [] : [[keys[flag], flags[flag]] as const],
  );
  return Object.fromEntries(entries);
}

/** Those of the first that are given, else those of the second. */
export function mergedFlags(given: ModelFlags, otherwise: ModelFlags): ModelFlags {
  return {
    archInteractionOp: given.archInteractionOp ?? otherwise.archInteractionOp,
    qrOperation: given.qrOperation ?? otherwise.qrOperation,
  };
}

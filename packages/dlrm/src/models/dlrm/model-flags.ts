import type { CheckpointMetadata } from '@ds/tensor-files';
import type { QrOperation } from '../../tables/quotient-remainder-table.js';

/** Training flags of facebookresearch/dlrm that the tensors of a model may not determine. */
export interface ModelFlags {
  /** The interaction; needed if the width of the top MLP's input fits both. */
  archInteractionOp?: 'dot' | 'cat' | undefined;
  /** How the two rows of a quotient-remainder table are combined; needed for `mult` and `add`. */
  qrOperation?: QrOperation | undefined;
}

/** The values of each flag, the original's default first. */
export const flagValues = {
  archInteractionOp: ['dot', 'cat'],
  qrOperation: ['mult', 'add', 'concat'],
} as const satisfies { [Flag in keyof ModelFlags]-?: readonly NonNullable<ModelFlags[Flag]>[] };

const keys = { archInteractionOp: 'arch_interaction_op', qrOperation: 'qr_operation' } as const;

/** The flags in the metadata of a checkpoint. */
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

/** The first flags, with missing ones from the second. */
export function mergedFlags(given: ModelFlags, otherwise: ModelFlags): ModelFlags {
  return {
    archInteractionOp: given.archInteractionOp ?? otherwise.archInteractionOp,
    qrOperation: given.qrOperation ?? otherwise.qrOperation,
  };
}

import { naming } from '@ds/files';
import { loadModelTensors, type ModelState } from '@ds/tensor-files';
import { configFromStateDict, shapesOf } from './config.js';
import { dlrmState } from './dlrm-state.js';
import { flagsFrom, mergedFlags, type ModelFlags } from './model-flags.js';

/**
 * Reads the tensors of a DLRM for `Dlrm.fromStateDict`, like `loadModelTensors` of `@ds/tensor-files`. Models of TorchRec
 * and composed tables are converted to the names of a plain DLRM.
 *
 * @throws Error naming the file, and a tensor or field that is invalid or not part of a DLRM.
 */
export async function loadModelState(
  path: string,
  { onMetadata, ...options }: Parameters<typeof loadModelTensors>[1] & ModelFlags = {},
): Promise<ModelState> {
  const { archInteractionOp, qrOperation, ...loading } = options;
  let flags: ModelFlags = { archInteractionOp, qrOperation };
  const stored = await loadModelTensors(path, {
    ...loading,
    onMetadata: (metadata) => {
      flags = mergedFlags(flags, flagsFrom(metadata));
      onMetadata?.(metadata);
    },
  });
  return naming(path, async () => {
    const state = dlrmState(stored, flags);
    configFromStateDict(shapesOf(state), flags);
    return state;
  });
}

import { naming } from '@ds/files';
import { loadModelTensors, type CheckpointMetadata, type ModelState } from '@ds/tensor-files';
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
  let metadata: CheckpointMetadata = {};
  const stored = await loadModelTensors(path, {
    ...loading,
    onMetadata: (found) => {
      metadata = found;
      onMetadata?.(found);
    },
  });
  return modelStateOf(stored, { source: path, metadata, archInteractionOp, qrOperation });
}

/**
 * The tensors of a DLRM in memory, like those of `loadModelState`.
 *
 * @throws Error naming the source, and a tensor that is invalid or not part of a DLRM.
 */
export async function modelStateOf(
  stored: ModelState,
  {
    source,
    metadata,
    ...given
  }: ModelFlags & {
    /** What errors call the model. */
    source: string;
    /** The metadata of its checkpoint. */
    metadata: CheckpointMetadata;
  },
): Promise<ModelState> {
  const flags = mergedFlags(given, flagsFrom(metadata));
  return naming(source, async () => {
    const state = dlrmState(stored, flags);
    configFromStateDict(shapesOf(state), flags);
    return state;
  });
}

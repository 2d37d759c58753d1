import type { CheckpointMetadata } from './checkpoint-metadata.js';
import type { StateDict } from '../state-dict.js';
import { isEmbeddingTable } from '../names/embedding-tables.js';
import { plainNames, unmaskedName } from '../names/plain-names.js';
import { openCheckpoint } from './open-checkpoint.js';

/**
 * Reads a state dict: `.ckpt`, `.pt` or `.pth` (torch.save of PyTorch 1.6 or later, pickle protocols 2 to 5),
 * `.safetensors`, `.npz`, or a `.zip` with exactly one of these. float16, bfloat16 and float64 are converted to
 * float32; views are made contiguous, sparse tensors dense. Nothing in a file is ever executed: a pickle may only describe tensors.
 * Takes about as much memory as the tensors. Sparse and mixed-precision tables (`saveSparseCheckpoint`,
 * `saveMixedCheckpoint`) are converted to dense ones.
 *
 * In a `torch.save` file, the state dict is the one under `state_dict`, `model_state_dict` or `model`, otherwise
 * all tensors; the names of nested dicts are joined by dots. Tensors with the same elements of one storage (tied
 * weights) share one array.
 *
 * @throws Error naming the file, and an invalid tensor or field.
 */
export async function loadCheckpoint(
  path: string,
  {
    shared = false,
    names = 'as-stored',
    onNote,
    onMetadata,
  }: {
    /** Whether to put the embedding tables over SharedArrayBuffers, which threads can share. Default: false. */
    shared?: boolean;
    /**
     * `plain` removes a prefix common to all names (`module.`, `_orig_mod.`, `model.`, `net.`, `model_state.`), and
     * applies masks that are stored next to weights (`weight_orig` and `weight_mask`, parametrised modules). Default:
     * as-stored.
     */
    names?: 'as-stored' | 'plain';
    /** Called with notes on tensors that are read in another form than the file's, one line each. */
    onNote?: ((note: string) => void) | undefined;
    /** Called with the metadata of the file. */
    onMetadata?: ((metadata: CheckpointMetadata) => void) | undefined;
  } = {},
): Promise<StateDict> {
  const checkpoint = await openCheckpoint(path);
  try {
    const isShared = shared ? (name: string) => isEmbeddingTable(unmaskedName(name)) : () => false;
    const stored = await checkpoint.format.read(checkpoint.content, {
      isShared,
      onNote: (note) => onNote?.(`${path}: ${note}`),
      onMetadata,
    });
    if (names === 'as-stored') return stored;
    const { state, notes } = plainNames(stored, path);
    notes.forEach((note) => onNote?.(`${path}: ${note}`));
    return state;
  } finally {
    await checkpoint.close();
  }
}

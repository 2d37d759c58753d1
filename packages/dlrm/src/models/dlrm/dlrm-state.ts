import type { ModelState } from '@ds/tensor-files';
import { composeTables } from './compose-tables.js';
import type { ModelFlags } from './model-flags.js';
import { fromTorchRec } from './torchrec-names.js';

/**
 * Converts the state dict of a DLRM to the names of a plain one, if it was trained by TorchRec or with composed tables
 * (`--qr-flag`, `--md-flag`, `--weighted-pooling=learned`). A plain one is returned unchanged.
 *
 * @throws Error naming a tensor that does not fit, or a flag that must be given
 */
export function dlrmState(state: ModelState, flags: ModelFlags): ModelState {
  return composeTables(fromTorchRec(state), flags);
}

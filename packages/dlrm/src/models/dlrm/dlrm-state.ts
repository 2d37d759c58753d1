import type { ModelState } from '@ds/tensor-files';
import { composeTables } from './compose-tables.js';
import type { ModelFlags } from './model-flags.js';
import { fromTorchRec } from './torchrec-names.js';

/**
 * The state dict of a DLRM by the names of a plain one, whatever it was trained as: by TorchRec, or with tables of several
 * parts (`--qr-flag`, `--md-flag`, `--weighted-pooling=learned`). A plain one stays as it is.
 *
 * @throws Error naming the tensor that does not fit, or the flag that must be said
 */
export function dlrmState(state: ModelState, flags: ModelFlags): ModelState {
  return composeTables(fromTorchRec(state), flags);
}

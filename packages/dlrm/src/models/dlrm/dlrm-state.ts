import type { ModelState } from '@ds/tensor-files';
import { asTensor } from './tables/as-tensor.js';
import { composeTables } from './tables/compose-tables.js';
import type { ModelFlags } from './model-flags.js';
import { fromTorchRec } from './torchrec-names.js';

// Of facebookresearch/dlrm and of TorchRec.
const layer = /^(?:bot_l|top_l|dense_arch|over_arch)\./;

/**
 * Converts the state dict of a DLRM to the names of a plain one, if it was trained by TorchRec or with composed tables
 * (`--qr-flag`, `--md-flag`, `--weighted-pooling=learned`). A plain one is returned unchanged, except
 * that whole numbers and truth values, such as counters next to the parameters, are left out (no parameter of a DLRM is one),
 * and a layer's weight that was compressed as a table becomes dense.
 *
 * @throws Error naming a tensor that does not fit, or a flag that must be given
 */
export function dlrmState(state: ModelState, flags: ModelFlags): ModelState {
  const parameters = Object.entries(state).filter(([, value]) => !('stored' in value && value.stored?.bytes));
  const withLayers = parameters.map(([name, value]) => [name, layer.test(name) ? asTensor(value) : value]);
  return composeTables(fromTorchRec(Object.fromEntries(withLayers) as ModelState), flags);
}

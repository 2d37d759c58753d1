import { allocateFloats } from '../values/float-bytes.js';
import type { Tensor } from '../state-dict.js';

// Prefixes that DistributedDataParallel, torch.compile, Lightning and others add to every name.
const prefixes = ['module.', '_orig_mod.', 'model.', 'net.', 'model_state.'];
const parametrised = /^(.*\.)?parametrizations\.([^.]+)\.original$/;

/**
 * The tensors by their names in the plain model. Prefixes (`module.`, `_orig_mod.`, `model.`, `net.`, `model_state.`) that
 * all names have are removed, also several of them. A mask that is stored next to a weight (`weight_orig` and `weight_mask`
 * of torch.nn.utils.prune, `parametrizations.weight.original` and `parametrizations.weight.0.mask` of a parametrisation
 * that saves its mask) is applied to the weight.
 *
 * @returns the state dict in the same order, and notes for the user on what was done
 * @throws Error naming a tensor whose mask has another shape, or whose plain name is not unique.
 */
export function plainNames<Other>(
  stored: Readonly<Record<string, Tensor | Other>>,
  source: string,
): { state: Record<string, Tensor | Other>; notes: string[] } {
  const names = Object.keys(stored);
  const prefix = commonPrefix(names);
  const bare = new Map(Object.entries(stored).map(([name, tensor]) => [name.slice(prefix.length), tensor]));
  const masked = new Map<string, MaskedWeight>();
  for (const name of bare.keys()) {
    const weight = maskedWeight(name, bare);
    if (weight) masked.set(name, weight);
  }
  const masks = new Set([...masked.values()].flatMap(({ masks }) => masks));

  const state: [string, Tensor | Other][] = [];
  for (const [name, tensor] of bare) {
    if (masks.has(name)) continue;
    const weight = masked.get(name);
    if (weight && bare.has(weight.plain)) {
      throw new Error(`${source}: ${name} and ${weight.plain} are the same weight: expected only one`);
    }
    state.push(
      weight
        ? [
            weight.plain,
            applyMasks(
              `${source}: ${name}`,
              tensor as Tensor,
              weight.masks.map((mask) => bare.get(mask)),
            ),
          ]
        : [name, tensor],
    );
  }
  const notes: string[] = [];
  if (prefix !== '') notes.push(`the prefix "${prefix}" of all names is removed`);
  if (masks.size > 0) notes.push(`${masks.size} masks stored next to weights are applied`);
  else if (masked.size > 0)
    notes.push(`${masked.size} parametrised weights are read under their plain names`);
  return { state: Object.fromEntries(state), notes };
}

/** The name in the plain model of a weight that is stored without its masks applied. */
export function unmaskedName(name: string): string {
  const found = parametrised.exec(name);
  return found ? `${found[1] ?? ''}${found[2]}` : name.replace(/_orig$/, '');
}

function commonPrefix(names: readonly string[]): string {
  let length = 0;
  for (;;) {
    const next = prefixes.find((prefix) => names[0]?.startsWith(prefix, length));
    const isCommon =
      next && names.every((name) => name.startsWith(next, length) && name.length > length + next.length);
    if (!isCommon) return names[0]?.slice(0, length) ?? '';
    length += next.length;
  }
}

interface MaskedWeight {
  plain: string;
  masks: string[];
}

/** The plain name and the masks of a weight that is stored without its masks applied; undefined for any other tensor. */
function maskedWeight(name: string, tensors: ReadonlyMap<string, unknown>): MaskedWeight | undefined {
  if (name.endsWith('_orig')) {
    const plain = unmaskedName(name);
    return tensors.has(`${plain}_mask`) ? { plain, masks: [`${plain}_mask`] } : undefined;
  }
  if (!parametrised.test(name)) return undefined;
  const masks: string[] = [];
  for (let i = 0; tensors.has(name.replace(/original$/, `${i}.mask`)); i++) {
    masks.push(name.replace(/original$/, `${i}.mask`));
  }
  return { plain: unmaskedName(name), masks };
}

/** The weight with +0 where a mask is 0. */
function applyMasks(name: string, weight: Tensor, masks: readonly unknown[]): Tensor {
  if (masks.length === 0) return weight;
  const shared = weight.data.buffer instanceof SharedArrayBuffer;
  const data = allocateFloats(name, weight.data.length, { shared });
  data.set(weight.data);
  for (const mask of masks as Tensor[]) {
    if (`${mask.shape}` !== `${weight.shape}`) {
      throw new Error(
        `${name}: expected a mask of shape (${weight.shape.join(', ')}), found (${mask.shape.join(', ')})`,
      );
    }
    for (let i = 0; i < data.length; i++) data[i] = mask.data[i] === 0 ? 0 : data[i]! * mask.data[i]!;
  }
  // The type of integers is dropped, because they were multiplied by a mask.
  return { data, shape: weight.shape, ...(!weight.stored?.bytes && { stored: weight.stored }) };
}

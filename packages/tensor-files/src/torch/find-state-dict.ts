import { OddKey } from '../pickle/unpickle.js';
import {
  isSparse,
  isTensor,
  UnreadTensor,
  type SparseTorchTensor,
  type TorchTensor,
} from './torch-objects.js';

const wrappers = ['state_dict', 'model_state_dict', 'model'];
// A model has hundreds of tensors in a few levels; dicts that refer to each other can expand to far more.
const deepest = 32;
// Each takes a place in a few maps; a tensor's description takes over a hundred bytes in a pickle.
const freeValues = 100_000;
const bytesPerValue = 32;
// Total length of all names, because short names below one long name would each have its length.
const longestNames = 1 << 24;

/**
 * The tensors in an object of torch.save, by name: those in the dict under `state_dict`, `model_state_dict` or `model` at any
 * depth (the outermost one), otherwise those in the whole object. Names of nested dicts are joined with dots; values that
 * are not tensors, such as the epoch, are left out.
 *
 * @throws Error if there are no tensors, a dict contains itself, dicts are nested more than 32 deep, or dicts refer to each
 *   other so often that they expand to more values than a pickle of `pickleLength` bytes can contain.
 */
export function findStateDict(
  root: unknown,
  { pickleLength }: { pickleLength: number },
): {
  tensors: Map<string, TorchTensor | SparseTorchTensor>;
  /** The dict that contains them. */
  stateDict: ReadonlyMap<unknown, unknown>;
} {
  const mostValues = freeValues + Math.floor(pickleLength / bytesPerValue);
  if (!(root instanceof Map)) {
    throw new Error(`expected a dict of tensors, found ${isTensor(root) ? 'a single tensor' : 'none'}`);
  }
  const tensors = new Map<string, TorchTensor | SparseTorchTensor>();
  let visited = 0;
  let nameLength = 0;
  const collect = (dict: ReadonlyMap<unknown, unknown>, prefix: string, around: readonly unknown[]) => {
    if (around.includes(dict)) throw new Error(`the dict ${quoted(prefix)} contains itself`);
    if (around.length >= deepest) throw new Error(`dicts are nested more than ${deepest} deep`);
    for (const [stored, value] of dict) {
      const key = stored instanceof OddKey ? stored.value : stored;
      if (++visited > mostValues) throw new Error(`expected at most ${mostValues} values, found more`);
      if (typeof key !== 'string' && typeof key !== 'number') continue;
      const name = prefix === '' ? String(key) : `${prefix}.${key}`;
      if (value instanceof UnreadTensor) {
        throw new Error(
          `${quoted(name)}: expected values of float32, float16, bfloat16, float64, whole numbers or truth values, found a ` +
            `tensor that ${value.description} makes, such as a quantised one, or one of uint16 or float8: save it as float32`,
        );
      }
      if (isTensor(value) || isSparse(value)) {
        nameLength += name.length;
        if (nameLength > longestNames)
          throw new Error(`expected names of at most ${longestNames} characters in all`);
        if (tensors.has(name)) throw new Error(`two tensors are called ${quoted(name)}`);
        tensors.set(name, value);
      } else if (value instanceof Map) {
        collect(value, name, [...around, dict]);
      }
    }
  };
  const stateDict = unwrapped(root);
  collect(stateDict, '', []);
  if (tensors.size === 0) {
    const keys = [...root.keys()]
      .slice(0, 8)
      .map((key) => (typeof key === 'string' ? quoted(key) : `(${typeof key})`));
    throw new Error(`holds no tensors: expected a state dict, found the keys ${keys.join(', ') || '(none)'}`);
  }
  return { tensors, stateDict };
}

/** The outermost dict under one of the wrappers' names, or the root; repeated inside the result. */
function unwrapped(root: ReadonlyMap<unknown, unknown>): ReadonlyMap<unknown, unknown> {
  const passed = [root];
  for (;;) {
    const inner = nearestWrapped(passed.at(-1)!);
    if (!inner || passed.includes(inner) || passed.length >= deepest) return passed.at(-1)!;
    passed.push(inner);
  }
}

function nearestWrapped(root: ReadonlyMap<unknown, unknown>): ReadonlyMap<unknown, unknown> | undefined {
  const seen = new Set([root]); // grows during the iteration, level by level
  for (const dict of seen) {
    const inner = wrappers.map((name): unknown => dict.get(name)).find((value) => value instanceof Map);
    if (inner) return inner as ReadonlyMap<unknown, unknown>;
    for (const value of dict.values()) if (value instanceof Map) seen.add(value);
  }
  return undefined;
}

function quoted(name: string): string {
  return `"${name.length > 100 ? `${name.slice(0, 100)}...` : name}"`;
}

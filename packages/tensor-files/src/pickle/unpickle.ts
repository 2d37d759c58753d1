import { PickleReader } from './pickle-reader.js';

/**
 * The meaning of a global in a pickle. It is never looked up or run as Python: a pickle may only name globals that the
 * caller defines.
 */
export interface PickleGlobal {
  /** `module.name`, for errors. */
  readonly name: string;
  /** The result of calling it (REDUCE, NEWOBJ); missing if it may only be named. */
  readonly call?: (args: readonly unknown[]) => unknown;
  /** Bytes of memory of its result; default 64. */
  readonly bytes?: ((args: readonly unknown[]) => number) | undefined;
}

/** The caller's definitions of the names in a pickle. */
export interface PickleMeaning {
  /** The global's meaning; undefined refuses it. */
  findGlobal(module: string, name: string): PickleGlobal | undefined;
  /** The object for a persistent id, which torch.save uses for storages. */
  persistentLoad(id: unknown): unknown;
  /** Called with the attributes that are set on a dict; attributes of other objects are ignored. */
  onAttributes?(dict: ReadonlyMap<unknown, unknown>, attributes: unknown): void;
}

/** A placeholder for an object whose value we do not need, such as a numpy scalar. */
export class IgnoredObject {
  constructor(readonly description: string) {}
}

/** A dict key that a file could choose to make all keys collide: any number that is not a 32-bit integer. */
export class OddKey {
  constructor(readonly value: number | bigint) {}
}

const mark = Symbol('mark');
// A pickler takes at most a thousand values from the stack at a time, or those of one tuple.
const deepestStack = 1 << 20;
// The approximate memory in V8 of an object of each kind, and of each of its values.
const sizes = {
  list: 48,
  dict: 256,
  text: 40,
  bytes: 200,
  bigint: 48,
  object: 64,
  memo: 64,
  value: 12,
  firstValue: 150,
  item: 64,
};
// Pickles of torch.save take 5 bytes of memory per byte.
const freeMemory = 1 << 24;
const memoryPerByte = 12;

/**
 * Reads one pickle of protocol 2 to 5 (Python's pickletools.py describes every opcode). A dict becomes a Map,
 * a list or tuple an array, bytes a Uint8Array, an int a number or, above 2^53, a bigint; a dict key that is a number of
 * more than 32 bits becomes an `OddKey`. Time and memory are linear in the length of the pickle (16 MB plus 12 bytes per
 * byte), and nothing in it is ever executed.
 *
 * @throws Error with the position of the byte and, for a global that `meaning` refuses, its name.
 */
export function unpickle(bytes: Uint8Array, meaning: PickleMeaning): unknown {
  const reader = new PickleReader(bytes);
  const memo = new Map<number, unknown>();
  const stack: unknown[] = [];
  const most = freeMemory + memoryPerByte * bytes.length;
  let taken = 0;

  const take = (size: number): void => {
    taken += size;
    if (taken > most)
      throw reader.error(`it creates objects of more than ${most} bytes, too many for its length`);
  };
  const push = (value: unknown, size = 0): void => {
    take(size);
    if (stack.length >= deepestStack)
      throw reader.error(`expected at most ${deepestStack} values on the stack`);
    stack.push(value);
  };
  const text = (value: string): void => push(value, sizes.text + value.length);
  const pushBytes = (value: Uint8Array): void => push(value, sizes.bytes + value.length);
  const keep = (index: number): void => {
    take(sizes.memo);
    memo.set(index, top());
  };
  const pop = (): unknown => {
    if (stack.length === 0) throw reader.error('nothing is left on the stack');
    return stack.pop();
  };
  const top = (): unknown => {
    if (stack.length === 0) throw reader.error('nothing is on the stack');
    return stack[stack.length - 1];
  };
  const popToMark = (): unknown[] => {
    const at = stack.lastIndexOf(mark);
    if (at < 0) throw reader.error('there is no mark on the stack');
    const values = stack.slice(at + 1);
    take(sizes.list + sizes.value * values.length);
    stack.length = at;
    return values;
  };
  const fromMemo = (index: number): unknown => {
    if (!memo.has(index)) throw reader.error(`nothing was kept under number ${index}`);
    return memo.get(index);
  };
  const addItems = (values: readonly unknown[]): void => {
    const target = top();
    if (!(target instanceof Map)) throw reader.error('items are set on a value that is not a dict');
    if (values.length % 2 !== 0) throw reader.error('a dict key has no value');
    take(sizes.item * (values.length / 2));
    for (let i = 0; i < values.length; i += 2) target.set(keyOf(values[i]), values[i + 1]);
  };
  const append = (values: readonly unknown[]): void => {
    const target = top();
    if (target instanceof IgnoredObject) return;
    if (!Array.isArray(target)) throw reader.error('values are appended to a value that is not a list');
    // V8 allocates space for 17 values at the first one.
    take(sizes.value * values.length + (target.length === 0 ? sizes.firstValue : 0));
    for (const value of values) target.push(value);
  };
  const find = (module: unknown, name: unknown): PickleGlobal => {
    if (typeof module !== 'string' || typeof name !== 'string') throw reader.error('a global has no name');
    const found = meaning.findGlobal(module, name);
    if (!found) {
      throw reader.error(
        `it names the global ${JSON.stringify(`${module}.${name}`.slice(0, 200))}, which is refused: only ` +
          "tensors, dicts, numbers and strings are read; save the model's state_dict() alone",
      );
    }
    return found;
  };
  const call = (callable: unknown, args: unknown): unknown => {
    if (!isGlobal(callable) || !callable.call) {
      const what = isGlobal(callable) ? callable.name : 'a value that is not a function';
      throw reader.error(`it calls ${what}, which is refused`);
    }
    if (!Array.isArray(args)) throw reader.error(`${callable.name} is called without a tuple of arguments`);
    take(callable.bytes?.(args) ?? sizes.object);
    try {
      return callable.call(args);
    } catch (error) {
      throw reader.error(`${callable.name}: ${error instanceof Error ? error.message : error}`);
    }
  };

  // The opcodes, by the byte's character as in pickletools.py.
  for (;;) {
    const opcode = reader.byte();
    switch (opcode) {
      case 0x80: // PROTO
        reader.checkProtocol(reader.byte());
        break;
      case 0x95: // FRAME: only a hint for buffering
        reader.checkLeft(reader.uint64());
        break;
      case 0x2e: // STOP .
        if (stack.length !== 1) throw reader.error(`${stack.length} values are left at its end, expected 1`);
        return stack[0];

      case 0x4e: // NONE N
        push(null);
        break;
      case 0x88: // NEWTRUE
        push(true);
        break;
      case 0x89: // NEWFALSE
        push(false);
        break;
      case 0x4b: // BININT1 K
        push(reader.byte());
        break;
      case 0x4d: // BININT2 M
        push(reader.uint16());
        break;
      case 0x4a: // BININT J
        push(reader.int32());
        break;
      case 0x8a: // LONG1
        push(reader.long(reader.byte()), sizes.bigint);
        break;
      case 0x8b: // LONG4
        push(reader.long(reader.int32()), sizes.bigint);
        break;
      case 0x47: // BINFLOAT G
        push(reader.float64(), sizes.value);
        break;

      case 0x58: // BINUNICODE X
        text(reader.utf8(reader.uint32()));
        break;
      case 0x8c: // SHORT_BINUNICODE
        text(reader.utf8(reader.byte()));
        break;
      case 0x8d: // BINUNICODE8
        text(reader.utf8(reader.uint64()));
        break;
      case 0x54: // BINSTRING T: a Python 2 str
        text(reader.latin1(reader.uint32()));
        break;
      case 0x55: // SHORT_BINSTRING U
        text(reader.latin1(reader.byte()));
        break;
      case 0x42: // BINBYTES B
        pushBytes(reader.bytes(reader.uint32()));
        break;
      case 0x43: // SHORT_BINBYTES C
        pushBytes(reader.bytes(reader.byte()));
        break;
      case 0x8e: // BINBYTES8
      case 0x96: // BYTEARRAY8
        pushBytes(reader.bytes(reader.uint64()));
        break;

      case 0x28: // MARK (
        push(mark);
        break;
      case 0x30: // POP 0
        pop();
        break;
      case 0x31: // POP_MARK 1
        popToMark();
        break;
      case 0x32: // DUP 2
        push(top());
        break;
      case 0x29: // EMPTY_TUPLE )
      case 0x5d: // EMPTY_LIST ]
        push([], sizes.list);
        break;
      case 0x74: // TUPLE t
      case 0x6c: // LIST l
        push(popToMark());
        break;
      case 0x85: // TUPLE1
        push([pop()], sizes.list + sizes.value);
        break;
      case 0x86: // TUPLE2
        push([pop(), pop()].reverse(), sizes.list + 2 * sizes.value);
        break;
      case 0x87: // TUPLE3
        push([pop(), pop(), pop()].reverse(), sizes.list + 3 * sizes.value);
        break;
      case 0x61: // APPEND a
        append([pop()]);
        break;
      case 0x65: // APPENDS e
        append(popToMark());
        break;
      case 0x7d: // EMPTY_DICT }
        push(new Map(), sizes.dict);
        break;
      case 0x64: {
        // DICT d
        const items = popToMark();
        push(new Map(), sizes.dict);
        addItems(items);
        break;
      }
      case 0x73: // SETITEM s
        addItems([pop(), pop()].reverse());
        break;
      case 0x75: // SETITEMS u
        addItems(popToMark());
        break;
      case 0x8f: // EMPTY_SET
        push(new IgnoredObject('a set'), sizes.object);
        break;
      case 0x90: // ADDITEMS
        popToMark();
        if (!(top() instanceof IgnoredObject))
          throw reader.error('items are added to a value that is not a set');
        break;
      case 0x91: // FROZENSET
        popToMark();
        push(new IgnoredObject('a frozenset'), sizes.object);
        break;

      case 0x71: // BINPUT q
        keep(reader.byte());
        break;
      case 0x72: // LONG_BINPUT r
        keep(reader.uint32());
        break;
      case 0x94: // MEMOIZE
        keep(memo.size);
        break;
      case 0x68: // BINGET h
        push(fromMemo(reader.byte()));
        break;
      case 0x6a: // LONG_BINGET j
        push(fromMemo(reader.uint32()));
        break;

      case 0x63: // GLOBAL c
        push(find(reader.line(), reader.line()));
        break;
      case 0x93: {
        // STACK_GLOBAL
        const name = pop();
        push(find(pop(), name));
        break;
      }
      case 0x51: // BINPERSID Q
        push(persistent(pop()), sizes.value);
        break;
      case 0x52: // REDUCE R
      case 0x81: {
        // NEWOBJ
        const args = pop();
        push(call(pop(), args));
        break;
      }
      case 0x62: {
        // BUILD b: attributes of an OrderedDict (its _metadata), or of an object that we ignore (a dtype)
        const attributes = pop();
        const target = top();
        if (!(target instanceof Map) && !(target instanceof IgnoredObject)) {
          throw reader.error('attributes are set on a value that has none');
        }
        if (target instanceof Map) meaning.onAttributes?.(target, attributes);
        break;
      }
      default:
        throw reader.error(
          `it uses the opcode 0x${opcode.toString(16).padStart(2, '0')}, which is unknown or not allowed`,
        );
    }
  }

  function persistent(id: unknown): unknown {
    try {
      return meaning.persistentLoad(id);
    } catch (error) {
      throw reader.error(error instanceof Error ? error.message : String(error));
    }
  }
}

function keyOf(key: unknown): unknown {
  const isOdd = typeof key === 'bigint' || (typeof key === 'number' && (key | 0) !== key);
  return isOdd ? new OddKey(key as number | bigint) : key;
}

function isGlobal(value: unknown): value is PickleGlobal {
  return typeof value === 'object' && value !== null && globals.has(value);
}

// A pickle cannot create a value in this set, only name one.
const globals = new WeakSet<object>();

/** Defines a global that a pickle may name, and call if `call` is given; `bytes` is the memory of the result. */
export function pickleGlobal(
  name: string,
  call?: (args: readonly unknown[]) => unknown,
  bytes?: (args: readonly unknown[]) => number,
): PickleGlobal {
  const made: PickleGlobal = { name, call, bytes };
  globals.add(made);
  return made;
}

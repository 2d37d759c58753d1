import { unpickle } from '../../src/pickle/unpickle.js';
import { findStateDict } from '../../src/torch/find-state-dict.js';
import { torchMeaning } from '../../src/torch/torch-objects.js';
import { pickle } from '../pickle/pickle-bytes.js';

const { call, dict, global, integer, storage, tensor, text, tuple, whole } = pickle;
const none = Buffer.from('N');
const isTrue = Buffer.from([0x88]);
const read = (value: Buffer) => unpickle(whole(value), torchMeaning());

const rebuilt = (name: string, ...args: Buffer[]) => call(global('torch._utils', name), tuple(...args));
const viewArgs = (first: Buffer) => [first, integer(0), tuple(integer(4)), tuple(integer(1))];
const layout = (name: string) => call(global('torch.serialization', '_get_layout'), tuple(text(name)));
const sparse = (...args: Buffer[]) => rebuilt('_rebuild_sparse_tensor', ...args);
const coo = (first: Buffer, shape: Buffer) =>
  sparse(layout('torch.sparse_coo'), tuple(first, tensor(), shape, isTrue));

const floats = { kind: 'storage', key: '0', dtype: 'float32', elementSize: 4, length: 4 };
const view = { kind: 'tensor', storage: floats, offset: 0, shape: [4], strides: [1] };

describe('a tensor in a pickle of torch.save', () => {
  it('is a view of a storage, also as PyTorch 0.3 described it and as a parameter', () => {
    expect(read(tensor())).toEqual(view);
    expect(read(rebuilt('_rebuild_tensor', ...viewArgs(storage())))).toEqual(view);
    expect(read(rebuilt('_rebuild_parameter', tensor(), isTrue, dict()))).toEqual(view);
  });

  it.each([
    ['FloatStorage', 'float32', 4],
    ['DoubleStorage', 'float64', 8],
    ['HalfStorage', 'float16', 2],
    ['BFloat16Storage', 'bfloat16', 2],
    ['LongStorage', 'int64', 8],
    ['IntStorage', 'int32', 4],
    ['ShortStorage', 'int16', 2],
    ['CharStorage', 'int8', 1],
    ['ByteStorage', 'uint8', 1],
    ['BoolStorage', 'bool', 1],
    ['ComplexFloatStorage', 'complex64', 8],
    ['ComplexDoubleStorage', 'complex128', 16],
  ])('over a torch.%s has elements of %s, %i bytes each', (type, dtype, elementSize) => {
    expect(read(tensor({ type }))).toEqual({ ...view, storage: { ...floats, dtype, elementSize } });
  });

  it('of no values may have any strides and offset', () => {
    const empty = { shape: [0, 3], strides: [7, 1], offset: 4 };
    expect(read(tensor(empty))).toEqual({ ...view, ...empty });
  });

  it('may use its storage up to the last element, and have 64 dimensions', () => {
    expect(read(tensor({ shape: [2, 2], strides: [2, 1] }))).toMatchObject({ shape: [2, 2] });
    expect(read(tensor({ shape: [2], strides: [2], offset: 1 }))).toMatchObject({ offset: 1 });
    const ones = Array<number>(64).fill(1);
    expect(read(tensor({ shape: ones, strides: ones }))).toMatchObject({ shape: ones });
  });

  it('may have no metadata, None or an empty dict', () => {
    expect(read(tensor({ metadata: none }))).toEqual(view);
    expect(read(tensor({ metadata: dict() }))).toEqual(view);
  });

  it.each([
    // Its values would have the wrong sign.
    ['a negated view', tensor({ metadata: dict(text('neg'), isTrue) }), 'negated and conjugated views'],
    ['metadata of another type', tensor({ metadata: integer(1) }), 'negated and conjugated views'],
    ['a tensor as its storage', rebuilt('_rebuild_tensor', ...viewArgs(tensor())), 'a storage first'],
    ['a number as its storage', rebuilt('_rebuild_tensor', ...viewArgs(integer(0))), 'a storage first'],
    ['None as its storage', rebuilt('_rebuild_tensor', ...viewArgs(none)), 'a storage first'],
    [
      '65 dimensions',
      tensor({ shape: Array(65).fill(1), strides: Array(65).fill(1) }),
      'a shape and strides',
    ],
    ['a row past the end', tensor({ shape: [2, 2], strides: [3, 1] }), 'needs 5 elements, storage 0 has 4'],
    ['2^53 values', tensor({ shape: [2 ** 26, 2 ** 27], strides: [0, 0] }), 'is too large'],
    [
      'more values than can be counted, times none',
      tensor({ shape: [...Array<number>(40).fill(2 ** 50), 0], strides: Array<number>(41).fill(0) }),
      'is too large',
    ],
  ])('with %s is refused', (_, bytes, message) => {
    expect(() => read(bytes)).toThrow(message);
  });
});

describe('a storage', () => {
  const id = (...parts: Buffer[]) => Buffer.concat([tuple(...parts), Buffer.from('Q')]);
  const type = global('torch', 'FloatStorage');
  const rest = [text('cpu'), integer(4)];

  it.each([
    ['another kind of object', id(text('module'), type, text('0'), ...rest)],
    ['a type that is none', id(text('storage'), text('FloatStorage'), text('0'), ...rest)],
    ['a tensor function as its type', id(text('storage'), global('torch', 'Size'), text('0'), ...rest)],
    ['a number as its key', id(text('storage'), type, integer(0), ...rest)],
    ['no number of elements', id(text('storage'), type, text('0'), text('cpu'))],
    ['a text for an id', Buffer.concat([text('storage'), Buffer.from('Q')])],
  ])('with %s is refused', (_, bytes) => {
    expect(() => read(bytes)).toThrow('expected a storage: its type, key, device and number of elements');
  });

  it.each([
    ['another type of the same size', { type: 'IntStorage' }],
    ['another length', { length: 5 }],
  ])('that is described again with %s is refused', (_, other) => {
    expect(() => read(tuple(tensor(), tensor(other)))).toThrow('storage 0 is described in two ways');
  });

  it('that is described again in the same way is the same object', () => {
    const [first, second] = read(tuple(tensor(), tensor({ shape: [2] }))) as { storage: object }[];
    expect(second!.storage).toBe(first!.storage);
  });
});

describe('a sparse tensor in a pickle', () => {
  it.each([
    ['torch.sparse_coo', '_rebuild_sparse_tensor', ['indices', 'values']],
    ['torch.sparse_csr', '_rebuild_sparse_tensor', ['compressed indices', 'plain indices', 'values']],
    // Of PyTorch 1.9 and 1.10.
    ['torch.sparse_csr', '_rebuild_sparse_csr_tensor', ['compressed indices', 'plain indices', 'values']],
  ])('of layout %s by %s has its parts by name', (name, made, parts) => {
    // Each of another length, to tell them apart.
    const views = parts.map((_, i) => tensor({ shape: [i + 1] }));
    const found = read(rebuilt(made, layout(name), tuple(...views, tuple(integer(3), integer(5)))));
    expect(found).toEqual({
      kind: 'sparse',
      layout: name,
      shape: [3, 5],
      parts: Object.fromEntries(parts.map((part, i) => [part, { ...view, shape: [i + 1] }])),
    });
  });

  it.each([
    ['a layout that is no text', sparse(integer(1), tuple(tensor(), tensor(), tensor(), tuple()))],
    ['indices that are no tensor', coo(integer(1), tuple(integer(4)))],
    ['no shape', coo(tensor(), none)],
    ['a negative size', coo(tensor(), tuple(integer(-4)))],
    ['65 dimensions', coo(tensor(), tuple(...Array<Buffer>(65).fill(integer(1))))],
    ['its parts not in a tuple', sparse(layout('torch.sparse_coo'), tensor())],
  ])('with %s is refused', (_, bytes) => {
    expect(() => read(bytes)).toThrow('expected a sparse tensor: its layout, indices, values and size');
  });

  it('of more values than can be counted, times none, is refused', () => {
    const shape = tuple(...Array<Buffer>(40).fill(integer(2 ** 50)), integer(0));
    expect(() => read(coo(tensor(), shape))).toThrow('is too large');
  });
});

it('an OrderedDict of items, which torch.save never writes so, is refused instead of read as empty', () => {
  const items = tuple(tuple(tuple(text('w'), tensor())));
  expect(() => read(call(global('collections', 'OrderedDict'), items))).toThrow('expected no arguments');
});

describe('the state dict in an object of torch.save', () => {
  const namesIn = (root: Buffer) => [...findStateDict(read(root), { pickleLength: 0 }).tensors.keys()];
  const state = dict(text('w'), tensor());

  it.each(['state_dict', 'model_state_dict', 'model'])('is the dict under %s, at any depth', (name) => {
    const wrapped = dict(text('optimizer'), dict(text('momentum'), tensor()), text(name), state);
    expect(namesIn(wrapped)).toEqual(['w']);
    expect(namesIn(dict(text('epoch'), integer(1), text('last'), dict(text('best'), wrapped)))).toEqual([
      'w',
    ]);
  });

  it('is the outermost one, and the one inside it if that is wrapped too', () => {
    const deep = dict(text('a'), dict(text('model'), dict(text('deep'), tensor())));
    const both = dict(text('a'), deep, text('b'), dict(text('state_dict'), state));
    expect(namesIn(both)).toEqual(['w']);
    expect(namesIn(dict(text('state_dict'), dict(text('model'), state)))).toEqual(['w']);
  });

  it('is the whole object otherwise, names joined by dots, also where a name of a wrapper is a tensor', () => {
    const layers = dict(
      text('a'),
      dict(text('b'), tensor(), text('lr'), integer(1)),
      text('model'),
      tensor(),
    );
    expect(namesIn(layers)).toEqual(['a.b', 'model']);
  });

  it('may not have two tensors of one name', () => {
    const twice = dict(text('a'), dict(text('b'), tensor()), text('a.b'), tensor());
    expect(() => namesIn(twice)).toThrow('two tensors are called "a.b"');
  });
});

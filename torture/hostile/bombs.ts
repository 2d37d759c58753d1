import { npyFile, safetensorsFile, torchFile, zipOf } from './files.js';
import {
  dict,
  each,
  get,
  integer,
  join,
  longGet,
  named,
  pickled,
  put,
  repeated,
  storage,
  tensor,
  text,
  tuple,
} from './pickle-code.js';

/** A small file that would be expensive to read without limits. */
export interface Bomb {
  /** What it does. */
  name: string;
  /** Extension, which determines how it is read. */
  extension: 'ckpt' | 'safetensors' | 'npz' | 'zip';
  make: () => Buffer;
}

/** A list that doubles `times` times by naming itself twice, kept under number `times`; nothing is left on the stack. */
function doubling(times: number): Buffer {
  const levels = Array.from({ length: times }, (_, i) =>
    join(get(i), get(i), Buffer.from([0x86]), put(i + 1), '0'),
  );
  return join(']', put(0), '0', ...levels);
}

const one = text('w');
const withTensor = (...before: (Buffer | string)[]) => pickled(...before, dict(one, tensor()));
const oneByte: Record<string, string> = {
  'empty lists': ']',
  'empty tuples': ')',
  'empty dicts': '}',
  'empty sets': '\x8f',
  nones: 'N',
  marks: '(',
};
const megabyte = 1 << 20;

/** `size`: about the bytes of each file. */
export function bombs(size = 8 * megabyte): Bomb[] {
  const ckpt = (name: string, make: () => Buffer): Bomb => ({
    name,
    extension: 'ckpt',
    make: () => torchFile(make()),
  });
  const safetensors = (name: string, make: () => Buffer): Bomb => ({ name, extension: 'safetensors', make });
  return [
    ckpt('a key that is a list doubled 100 times', () =>
      pickled(doubling(100), '}', get(100), integer(1), 's'),
    ),
    ckpt('an offset that is a list doubled 100 times', () =>
      pickled(doubling(100), dict(one, tensor({ offset: get(100) }))),
    ),
    ckpt('a name that is a list doubled 100 times', () =>
      pickled(doubling(100), 'c', 'torch._utils\n_rebuild_tensor_v2\n', get(100), 'R'),
    ),
    ckpt('a storage key that is a list doubled 100 times', () =>
      pickled(
        doubling(100),
        tuple(text('storage'), named('torch', 'FloatStorage'), get(100), text('cpu'), integer(4)),
        'Q',
      ),
    ),
    ckpt('a shape that is a list doubled 100 times', () =>
      pickled(
        doubling(100),
        named('torch._utils', '_rebuild_tensor_v2'),
        tuple(storage(), integer(0), get(100), get(100), Buffer.from([0x89]), '}'),
        'R',
      ),
    ),
    ckpt('a hundred thousand names below one of 100 kB', () => {
      const names = each(100_000, (i) => join(text(`${i}`), i === 0 ? join(tensor(), put(1)) : get(1)));
      return pickled(dict(text('p'.repeat(100_000)), dict(names)));
    }),
    ckpt('a dict that doubles 60 times', () =>
      pickled(
        dict(one, tensor()),
        put(0),
        ...Array.from({ length: 60 }, (_, i) =>
          join('0', dict(text('a'), get(i), text('b'), get(i)), put(i + 1)),
        ),
      ),
    ),
    ...Object.entries(oneByte).flatMap(([name, opcode]) => [
      ckpt(`a flood of ${name} on the stack`, () => withTensor(repeated(size, opcode))),
      ckpt(`a flood of ${name} in a list`, () =>
        withTensor(']', repeated(Math.floor(size / 2), `${opcode}a`), '0'),
      ),
      ckpt(`a flood of ${name} thrown away`, () => withTensor(repeated(Math.floor(size / 2), `${opcode}0`))),
    ]),
    ckpt('a flood of memo entries', () => withTensor(']', repeated(size, '\x94'), '0')),
    ckpt('a flood of memo entries by number', () =>
      withTensor(
        ']',
        each(10_000, (i) => join('r', longGet(i * 400_000).subarray(1))),
        '0',
      ),
    ),
    ckpt('a flood of short texts in a list', () =>
      withTensor(']', repeated(Math.floor(size / 5), 'U\x02aba'), '0'),
    ),
    ckpt('a flood of short byte strings in a list', () =>
      withTensor(']', repeated(Math.floor(size / 5), 'C\x02aba'), '0'),
    ),
    ckpt('a flood of short integers in a list', () =>
      withTensor(']', repeated(Math.floor(size / 3), 'K\x01a'), '0'),
    ),
    ckpt('a flood of long integers in a list', () =>
      withTensor(
        ']',
        repeated(Math.floor(size / 67), join(Buffer.from([0x8a, 64]), Buffer.alloc(64, 0x7f), 'a')),
        '0',
      ),
    ),
    ckpt('keys whose hashes collide', () =>
      withTensor(
        '}',
        each(Math.floor(size / 40), (i) => {
          const key = Buffer.alloc(36, 1);
          key.set([0x8a, 32]);
          key.writeUInt32LE(i, 30);
          return join(key.subarray(0, 34), 'N', 's');
        }),
        '0',
      ),
    ),
    ckpt('a flood of tensors of 64 dimensions', () =>
      withTensor(
        tuple(
          storage(),
          integer(0),
          tuple(...Array.from({ length: 64 }, () => integer(1))),
          tuple(...Array.from({ length: 64 }, () => integer(1))),
          Buffer.from([0x89]),
          '}',
        ),
        put(1),
        '0',
        named('torch._utils', '_rebuild_tensor_v2'),
        put(2),
        '0',
        repeated(Math.floor(size / 6), join(get(2), get(1), 'R0')),
      ),
    ),
    ckpt('a flood of empty tensors by name', () =>
      pickled(
        tuple(
          storage({ length: 4 }),
          integer(0),
          tuple(integer(0)),
          tuple(integer(1)),
          Buffer.from([0x89]),
          '}',
        ),
        put(1),
        '0',
        named('torch._utils', '_rebuild_tensor_v2'),
        put(2),
        '0}',
        each(Math.floor(size / 20), (i) => join(text(i.toString(36)), get(2), get(1), 'Rs')),
      ),
    ),
    ckpt('a flood of names of one tensor', () =>
      pickled(
        tensor(),
        put(1),
        '0}',
        each(Math.floor(size / 12), (i) => join(text(i.toString(36)), get(1), 's')),
      ),
    ),
    ckpt('a flood of storages', () =>
      withTensor(
        tuple(
          text('storage'),
          named('torch', 'UntypedStorage').replace('torch\n', 'torch.storage\n'),
          text('0'),
          text('cpu'),
          integer(4),
        ),
        put(1),
        '0',
        repeated(Math.floor(size / 4), join(get(1), 'Q0')),
      ),
    ),
    ckpt('a flood of calls of OrderedDict', () =>
      withTensor(
        named('collections', 'OrderedDict'),
        put(1),
        '0',
        repeated(Math.floor(size / 5), join(get(1), ')R0')),
      ),
    ),
    ckpt('lists nested as deep as the file is long', () =>
      withTensor(repeated(size / 2, ']'), repeated(size / 2 - 1, 'a'), '0'),
    ),
    ckpt('dicts nested as deep as the file is long', () =>
      pickled(repeated(Math.floor(size / 8), join('}', text('a'))), '}', repeated(Math.floor(size / 8), 's')),
    ),
    {
      name: 'a pickle of 60 MB of nothing, deflated',
      extension: 'ckpt',
      make: () => torchFile(withTensor(repeated(30 * megabyte, 'N0')), undefined, { deflated: true }),
    },
    ...[8, 16, 32].map((times): Bomb => ({
      name: `${times} large views of one storage`,
      extension: 'ckpt',
      make: () => {
        const length = size / 4;
        const views = Array.from({ length: times }, (_, i) => [
          text(`w${i}`),
          tensor({ shape: [length - times], offset: integer(i), from: { length } }),
        ]);
        return torchFile(pickled(dict(...views.flat())), { 0: Buffer.alloc(size) });
      },
    })),
    {
      name: 'sixteen large views of a float16 storage',
      extension: 'ckpt',
      make: () => {
        const length = size / 2;
        const from = { length, type: 'HalfStorage' };
        const views = Array.from({ length: 16 }, (_, i) => [
          text(`w${i}`),
          tensor({ shape: [length - 16], offset: integer(i), from }),
        ]);
        return torchFile(pickled(dict(...views.flat())), { 0: Buffer.alloc(size) });
      },
    },
    {
      name: 'a view with an axis of one element 62 times',
      extension: 'ckpt',
      make: () => {
        const length = size / 4;
        const ones = Array.from({ length: 62 }, () => 1);
        const view = tensor({ shape: [length / 2, ...ones], strides: [2, ...ones], from: { length } });
        return torchFile(pickled(dict(one, view)), { 0: Buffer.alloc(size) });
      },
    },
    safetensors('a shape nested a hundred thousand deep', () =>
      safetensorsFile(
        `{"w":{"dtype":"F32","shape":${'['.repeat(1e5)}${']'.repeat(1e5)},"data_offsets":[0,16]}}`,
      ),
    ),
    safetensors('a dtype nested as deep as the header is long', () =>
      safetensorsFile(`{"w":{"dtype":${'['.repeat(size / 2)}${']'.repeat(size / 2)}}}`),
    ),
    safetensors('metadata nested a million deep', () =>
      safetensorsFile(
        `{"__metadata__":{"a":${'{"a":'.repeat(1e6)}1${'}'.repeat(1e6)}},"w":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}`,
      ),
    ),
    safetensors('280,000 tensors', () => {
      const entries = Array.from(
        { length: 280_000 },
        (_, i) => `"${i.toString(36)}x":{"dtype":"F32","shape":[],"data_offsets":[${4 * i},${4 * i + 4}]}`,
      );
      return safetensorsFile(`{${entries.slice(0, 220_000).join(',')}}`, 4 * 220_000);
    }),
    safetensors('a flood of empty objects', () => safetensorsFile(`{"w":[${'{},'.repeat(size / 3)}{}]}`)),
    safetensors('a flood of empty objects by name', () =>
      safetensorsFile(`{${Array.from({ length: size / 12 }, (_, i) => `"${i.toString(36)}":{}`).join(',')}}`),
    ),
    safetensors('a shape of millions of ones', () =>
      safetensorsFile(`{"w":{"dtype":"F32","shape":[${'1,'.repeat(size / 2)}1],"data_offsets":[0,4]}}`, 4),
    ),
    safetensors('many mixed-precision tables and many tensors', () => {
      const count = 20_000;
      const tables = Array.from({ length: count }, (_, i) => [
        `t${i}`,
        { shape: [0, 1], bits: [], index: 'none' },
      ]);
      const entries = Array.from(
        { length: 60_000 },
        (_, i) => `"e${i}":{"dtype":"F32","shape":[],"data_offsets":[${4 * i},${4 * i + 4}]}`,
      );
      const metadata = JSON.stringify({ mixed_precision: JSON.stringify(Object.fromEntries(tables)) });
      return safetensorsFile(`{"__metadata__":${metadata},${entries.join(',')}}`, 4 * 60_000);
    }),
    safetensors('a name of nothing but separators', () =>
      safetensorsFile(
        `{"__metadata__":{"mixed_precision":"{\\"t\\":{\\"shape\\":[0,1],\\"bits\\":[],\\"index\\":\\"none\\"}}"},"${'.mixed.'.repeat(size / 7)}":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}`,
      ),
    ),
    {
      name: 'an array in Fortran order with a thousand axes of one element',
      extension: 'npz',
      make: () => {
        const length = size / 8;
        const shape = `${Array.from({ length: 1000 }, () => 1).join(', ')}, ${length / 2}, 2`;
        return zipOf({
          'w.npy': npyFile(
            `{'descr': '<f8', 'fortran_order': True, 'shape': (${shape}), }`,
            Buffer.alloc(size),
          ),
        });
      },
    },
    {
      name: 'thirty thousand empty arrays',
      extension: 'npz',
      make: () => {
        const array = npyFile("{'descr': '<f4', 'fortran_order': False, 'shape': (0,), }", Buffer.alloc(0));
        return zipOf(Object.fromEntries(Array.from({ length: 30_000 }, (_, i) => [`${i}.npy`, array])));
      },
    },
    {
      name: 'thirty thousand archives of nothing',
      extension: 'zip',
      make: () =>
        zipOf(Object.fromEntries(Array.from({ length: 30_000 }, (_, i) => [`${i}.txt`, Buffer.alloc(0)]))),
    },
    {
      name: 'a checkpoint of zeros that inflates to a thousand times its size',
      extension: 'zip',
      make: () => zipOf({ 'model.ckpt': Buffer.alloc(300 * megabyte) }, { deflated: true }),
    },
  ];
}

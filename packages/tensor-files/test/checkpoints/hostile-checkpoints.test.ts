import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ZipWriter } from '@ds/files';
import { loadCheckpoint } from '@ds/tensor-files';
import { pickle } from '../pickle/pickle-bytes.js';

const golden = join(__dirname, '../golden/checkpoints');
const folder = mkdtempSync(join(tmpdir(), 'hostile-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

async function zipped(entries: Record<string, Uint8Array>, compression: 'stored' | 'deflated' = 'stored') {
  const pieces: Uint8Array[] = [];
  const zip = new ZipWriter(async (bytes) => void pieces.push(bytes));
  for (const [name, bytes] of Object.entries(entries)) {
    if (compression === 'stored') await zip.addStored(name, [bytes]);
    else await zip.addDeflated(name, [bytes]);
  }
  await zip.finish();
  return Buffer.concat(pieces);
}

const torchFile = async (pickled: Uint8Array, entries: Record<string, Uint8Array> = {}) =>
  file(
    'x.ckpt',
    await zipped({
      'x/data.pkl': pickled,
      'x/byteorder': Buffer.from('little'),
      'x/data/0': Buffer.alloc(16),
      ...entries,
    }),
  );

function safetensorsFile(header: unknown, data: Uint8Array = Buffer.alloc(16)): string {
  const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return file('x.safetensors', Buffer.concat([length, text, data]));
}

/** Loads a file that must fail; the message without its folder. Memory must not grow by what the file claims. */
async function refusal(path: string): Promise<string> {
  const before = process.memoryUsage().rss;
  const error = await loadCheckpoint(path).then(
    () => new Error('it was loaded'),
    (failure: Error) => failure,
  );
  expect(error.message.startsWith(path)).toBe(true);
  expect(process.memoryUsage().rss - before).toBeLessThan(200e6);
  return error.message.slice(folder.length + 1);
}

describe('what PyTorch, safetensors and NumPy write but we do not read', () => {
  it.each([
    ['legacy.pt', "found a file in PyTorch's legacy format (before 1.6)"],
    ['big-endian.pt', 'byteorder: expected "little", found "big"'],
    ['torchscript.pt', 'found a TorchScript program'],
    ['whole-module.pt', 'it names the global "torch.nn.modules.linear.Linear", which is refused'],
    ['numpy-array.pt', 'it names the global "numpy._core.multiarray._reconstruct", which is refused'],
    ['calls-a-function.pt', /it names the global "(posix|nt)\.getcwd", which is refused/],
    [
      'sparse-of-any-size.pt',
      /emb_l\.0\.weight: expected sparse tensors of at most 671\d{5} bytes .*, found shape \(1000000, 1000000\)/,
    ],
    ['sparse-int64.pt', 'emb_l.0.weight: expected float32, float16, bfloat16 or float64 values, found int64'],
    ['float8.pt', /"emb_l\.0\.weight": expected values of float32, .* float8: save it as float32/],
    ['int64.pt', 'emb_l.0.weight: expected float32, float16, bfloat16 or float64 values, found int64'],
    ['single-tensor.pt', 'expected a dict of tensors, found a single tensor'],
    ['no-tensors.pt', 'holds no tensors: expected a state dict, found the keys "epoch"'],
    ['int64.safetensors', 'emb_l.0.weight: expected dtype F32, F16, BF16 or F64, found I64'],
    ['int64.npz', 'emb_l.0.weight: expected float32, float16 or float64 values, found int64'],
  ])('%s', async (name, message) => {
    const path = join(golden, 'refused', name);
    await expect(loadCheckpoint(path)).rejects.toThrow(message);
    await expect(loadCheckpoint(path)).rejects.toThrow(path);
  });
});

describe('an entry about the archive itself, which holds no tensor', () => {
  it.each(['version', '.data/serialization_id', '.format_version', '.storage_alignment'])(
    'whose %s is damaged',
    async (name) => {
      const bytes = readFileSync(join(golden, 'protocol-2.ckpt'));
      const header = bytes.indexOf(`protocol-2/${name}`) - 30;
      const start = header + 30 + bytes.readUInt16LE(header + 26) + bytes.readUInt16LE(header + 28);
      bytes[start]! ^= 1;
      expect(await refusal(file('x.ckpt', bytes))).toBe(
        `x.ckpt: the entry "protocol-2/${name}" is damaged: its checksum (CRC-32) does not match`,
      );
    },
  );

  it('which is far too long', async () => {
    const path = await torchFile(Buffer.from(''), { 'x/version': Buffer.alloc(1025) });
    expect(await refusal(path)).toBe('x.ckpt: x/version: expected at most 1024 bytes, found 1025');
  });
});

describe('a name that does not fit the content', () => {
  const content = (name: string) => readFileSync(join(golden, name));
  it.each([
    ['x.safetensors', 'protocol-2.ckpt', 'expected a safetensors file, found a checkpoint of torch.save'],
    ['x.ckpt', 'torchrec.safetensors', 'expected a checkpoint of torch.save, found a safetensors file'],
    ['x.ckpt', 'stored.npz', 'expected a checkpoint of torch.save, found an npz file'],
    ['x.npz', 'protocol-2.ckpt', 'expected an npz file, found a checkpoint of torch.save'],
    ['x.pt', 'packed-ckpt.zip', 'expected a checkpoint of torch.save, found another kind of zip archive'],
    [
      'x.zip',
      'protocol-2.ckpt',
      'expected a zip archive that holds a checkpoint, found a checkpoint of torch.save itself: call it .ckpt',
    ],
    ['x.zip', 'torchrec.safetensors', 'expected a zip archive, found a safetensors file'],
    [
      'x.bin',
      'protocol-2.ckpt',
      'expected a checkpoint called .ckpt, .pt, .pth, .safetensors, .npz or .zip, found ".bin"',
    ],
  ])('%s holding %s', async (name, source, message) => {
    expect(await refusal(file(name, content(source)))).toBe(`${name}: ${message}`);
  });

  it.each(['x.ckpt', 'x.zip', 'x.npz', 'x.safetensors'])('an empty %s', async (name) => {
    expect(await refusal(file(name, Buffer.alloc(0)))).toMatch(/found an empty file$/);
  });

  it('a file that is not there, and a folder', async () => {
    expect(await loadCheckpoint('missing.ckpt').catch(String)).toBe(
      'Error: cannot read missing.ckpt: no such file',
    );
    expect(await loadCheckpoint(join(golden, '../metrics')).catch(String)).toContain(
      'expected a checkpoint called',
    );
  });
});

describe('a damaged file', () => {
  it.each([
    ['x.ckpt', 'protocol-2.ckpt'],
    ['x.safetensors', 'torchrec.safetensors'],
    ['x.npz', 'compressed.npz'],
    ['x.zip', 'packed-ckpt.zip'],
  ])('cut off anywhere is refused: %s', async (name, source) => {
    const bytes = readFileSync(join(golden, source));
    for (let length = 0; length < bytes.length; length += 1 + Math.floor(bytes.length / 150)) {
      expect(await refusal(file(name, bytes.subarray(0, length)))).not.toContain('it was loaded');
    }
  });

  it.each([
    ['x.ckpt', 'protocol-2.ckpt'],
    ['x.pt', 'sparse.pt'],
    ['x.npz', 'compressed.npz'],
    ['x.zip', 'packed-ckpt.zip'],
    ['x.zip', 'packed-stored-ckpt.zip'],
  ])('with one changed byte is refused or reads the same: %s', async (name, source) => {
    const bytes = readFileSync(join(golden, source));
    const whole = await loadCheckpoint(join(golden, source));
    for (let at = 0; at < bytes.length; at += 1 + Math.floor(bytes.length / 300)) {
      const damaged = Buffer.from(bytes);
      damaged[at]! ^= 1 << (at % 8);
      const path = file(name, damaged);
      const loaded = await loadCheckpoint(path).catch((error: Error) => {
        expect(error.message).toContain(path);
        return undefined;
      });
      if (loaded) expect(loaded).toEqual(whole);
    }
  });
});

describe('a hostile pickle', () => {
  const { dict, text, tensor, whole, integer, global, tuple, call } = pickle;
  const key = text('w');

  it.each<[string, Buffer, string | RegExp]>([
    [
      'calls a function',
      call(global('os', 'system'), tuple(text('true'))),
      'it names the global "os.system", which is refused',
    ],
    [
      'names a global with line ends',
      Buffer.concat([
        Buffer.from([0x8c, 2]),
        Buffer.from('a\n'),
        Buffer.from([0x8c, 2]),
        Buffer.from('b\n'),
        Buffer.from([0x93]),
      ]),
      'it names the global "a\\n.b\\n"',
    ],
    [
      'names a part of an allowed global',
      global('collections', 'OrderedDict.fromkeys'),
      '"collections.OrderedDict.fromkeys", which is refused',
    ],
    [
      'calls a storage type',
      call(global('torch', 'FloatStorage'), tuple()),
      'it calls torch.FloatStorage, which is refused',
    ],
    [
      'calls a text',
      call(text('print'), tuple()),
      'it calls a value that is not a function, which is refused',
    ],
    [
      'sets attributes of a global',
      Buffer.concat([global('torch', 'FloatStorage'), Buffer.from('}b')]),
      'attributes are set on a value that has none',
    ],
    [
      'claims a shape of 10^12 values',
      dict(key, tensor({ shape: [1e6, 1e6], strides: [1e6, 1] })),
      /a view of shape \(1000000, 1000000\).* needs 1000000000000 elements, storage 0 has 4/,
    ],
    [
      'repeats one value 10^12 times',
      dict(key, tensor({ shape: [1e6, 1e6], strides: [0, 0] })),
      /expected at most \d+ bytes of them, found 4000000000000/,
    ],
    [
      'has a shape past 2^53',
      dict(key, tensor({ shape: [2 ** 50, 2 ** 50], strides: [0, 0] })),
      'is too large',
    ],
    [
      'claims a storage of 10^12 values',
      dict(key, tensor({ length: 1e12 })),
      'w: expected 4000000000000 bytes in the entry "x/data/0" (1000000000000 float32 values), found 16 bytes',
    ],
    [
      'names a storage that is not there',
      dict(key, tensor({ key: '7' })),
      'expected 16 bytes in the entry "x/data/7" (4 float32 values), found no such entry',
    ],
    ['names a storage by a path', dict(key, tensor({ key: '../../etc/passwd' })), 'found no such entry'],
    [
      'has a storage too short for its type',
      dict(key, tensor({ type: 'DoubleStorage' })),
      'w: expected 32 bytes in the entry "x/data/0" (4 float64 values), found 16 bytes',
    ],
    [
      'describes a storage in two ways',
      dict(key, tensor(), text('v'), tensor({ type: 'HalfStorage', length: 8 })),
      'storage 0 is described in two ways',
    ],
    [
      'has an unknown storage type',
      dict(key, tensor({ type: 'FooStorage' })),
      'it names the global "torch.FooStorage", which is refused',
    ],
    [
      'has a negative stride',
      dict(key, tensor({ strides: [-1] })),
      'expected a shape and strides of equal length, whole numbers of at least 0',
    ],
    [
      'has a negative size',
      dict(key, tensor({ shape: [-4] })),
      'expected a shape and strides of equal length, whole numbers of at least 0',
    ],
    [
      'has two negative sizes, whose product is positive',
      dict(key, tensor({ shape: [-2, -2], strides: [2, 1] })),
      'expected a shape and strides of equal length, whole numbers of at least 0',
    ],
    [
      'has a storage of a negative number of values',
      dict(key, tensor({ length: -4 })),
      'expected a storage: its type, key, device and number of elements',
    ],
    [
      'has a negative offset',
      dict(key, tensor({ offset: -1 })),
      'expected a storage offset of at least 0, found -1',
    ],
    ['has an offset past the storage', dict(key, tensor({ offset: 1 })), 'needs 5 elements, storage 0 has 4'],
    [
      'has fewer strides than dimensions',
      dict(key, tensor({ shape: [2, 2] })),
      'expected a shape and strides of equal length',
    ],
    ['contains itself', Buffer.from('}q\x00X\x01\x00\x00\x00ah\x00s'), 'the dict "a" contains itself'],
    [
      'claims a text of 4 GB',
      Buffer.from([0x58, 0xff, 0xff, 0xff, 0xff]),
      'expected 4294967295 more bytes, found 1',
    ],
    [
      'claims bytes of 2^63',
      Buffer.from([0x8e, 0, 0, 0, 0, 0, 0, 0, 0x80]),
      'expected 9223372036854776000 more bytes, found 1',
    ],
    [
      'claims an integer of 2 GB',
      Buffer.from([0x8b, 0xff, 0xff, 0xff, 0x7f]),
      'expected an integer of at most 64 bytes, found 2147483647',
    ],
    ['takes from an empty stack', Buffer.from('0'), 'nothing is left on the stack'],
    ['takes back to no mark', Buffer.from('t'), 'there is no mark on the stack'],
    ['takes what was never kept', Buffer.from('h\x05'), 'nothing was kept under number 5'],
    [
      'uses an opcode of no pickle',
      Buffer.from([0xff]),
      'it uses the opcode 0xff, which is unknown or not allowed',
    ],
    ['uses an extension code', Buffer.from([0x82, 1]), 'it uses the opcode 0x82'],
    [
      'leaves more than one value',
      Buffer.concat([integer(1), integer(2)]),
      '2 values are left at its end, expected 1',
    ],
    ['leaves nothing', Buffer.alloc(0), '0 values are left at its end, expected 1'],
    ['has no dict', integer(1), 'expected a dict of tensors, found none'],
  ])('that %s', async (_, body, message) => {
    const path = await torchFile(whole(body));
    const found = await refusal(path);
    expect(found).toMatch(/^x\.ckpt: /);
    if (typeof message === 'string') expect(found).toContain(message);
    else expect(found).toMatch(message);
    expect(found.split('\n')).toHaveLength(1);
  });

  it('whose key or offset is a list that doubles forty times', async () => {
    const list = Buffer.concat([
      Buffer.from([0x5d, 0x71, 0]),
      ...Array.from({ length: 40 }, (_, i) => Buffer.from([0x68, i, 0x68, i, 0x86, 0x71, i + 1])),
    ]);
    const start = performance.now();
    // A dict with that key and 1 as its value; the lists below it are popped by the tuple that they are in.
    const popped = Buffer.concat([
      list,
      ...Array.from({ length: 40 }, () => Buffer.from('0')),
      Buffer.from('0'),
    ]);
    const asKey = Buffer.concat([popped, Buffer.from([0x7d, 0x68, 40]), integer(1), Buffer.from('s')]);
    expect(await refusal(await torchFile(whole(asKey)))).toContain('found the keys (object)');
    const asOffset = Buffer.concat([popped, dict(key, tensor({ offset: Buffer.from([0x68, 40]) }))]);
    expect(await refusal(await torchFile(whole(asOffset)))).toContain('found a value of another type');
    expect(performance.now() - start).toBeLessThan(5000);
  });

  it('with many names below a long one', async () => {
    const names = Array.from({ length: 2000 }, (_, i) => [text(`${i}`), tensor()]).flat();
    const path = await torchFile(whole(dict(text('a'.repeat(10_000)), dict(...names))));
    expect(await refusal(path)).toContain('expected names of at most 16777216 characters in all');
  });

  it('of protocol 1 or 6', async () => {
    for (const protocol of [1, 6]) {
      const path = await torchFile(Buffer.from([0x80, protocol, 0x7d, 0x2e]));
      expect(await refusal(path)).toContain(`expected protocol 2 to 5, found ${protocol}`);
    }
  });

  it('that nests fifty thousand lists or more dicts', async () => {
    const lists = Buffer.concat([Buffer.alloc(5e4, ']'), Buffer.alloc(5e4 - 1, 'a')]);
    expect(await refusal(await torchFile(whole(lists)))).toContain('expected a dict of tensors, found none');
    const open = Buffer.concat(Array.from({ length: 200_000 }, () => Buffer.from('}X\x01\x00\x00\x00a')));
    const dicts = Buffer.concat([open, Buffer.from('}'), Buffer.alloc(200_000, 's')]);
    expect(await refusal(await torchFile(whole(dicts)))).toContain('too many for its length');
    const few = Buffer.concat([open.subarray(0, 33 * 7), Buffer.from('}'), Buffer.alloc(33, 's')]);
    expect(await refusal(await torchFile(whole(few)))).toContain('dicts are nested more than 32 deep');
  });

  it('that doubles a dict thirty times ("a billion laughs")', async () => {
    const levels = Array.from({ length: 30 }, (_, i) =>
      // The dict before, under two keys of a new dict, which is kept in its turn.
      Buffer.concat([
        dict(text('a'), Buffer.from([0x68, i]), text('b'), Buffer.from([0x68, i])),
        Buffer.from([0x71, i + 1]),
      ]),
    );
    const bomb = Buffer.concat([
      dict(),
      Buffer.from([0x71, 0]),
      ...levels.flatMap((level) => [Buffer.from('0'), level]),
    ]);
    expect(await refusal(await torchFile(whole(bomb)))).toContain('values, found more');
  });

  it('that shows one storage ten thousand times, each time a little further on', async () => {
    const views = Array.from({ length: 10_000 }, (_, i) => [
      text(`w${i}`),
      tensor({ length: 100_000, shape: [90_000], offset: i }),
    ]);
    const path = await torchFile(whole(dict(...views.flat())), { 'x/data/0': Buffer.alloc(400_000) });
    expect(await refusal(path)).toContain('its tensors repeat the same values too often: expected at most');
  });

  it('reads ten thousand names of two views of one storage as two arrays', async () => {
    const views = Array.from({ length: 10_000 }, (_, i) => [
      text(`w${i}`),
      tensor({ length: 100_000, shape: [99_999], offset: i % 2 }),
    ]);
    const path = await torchFile(whole(dict(...views.flat())), { 'x/data/0': Buffer.alloc(400_000) });
    const arrays = Object.values(await loadCheckpoint(path)).map(({ data }) => data);
    expect(new Set(arrays).size).toBe(2);
  });

  it('reads names that are numbers of any size', async () => {
    const numbers = dict(integer(1), tensor(), integer(2 ** 40), tensor(), integer(2 ** 62), tensor());
    const state = await loadCheckpoint(await torchFile(whole(numbers)));
    expect(Object.keys(state)).toEqual(['1', '1099511627776']);
  });
});

describe('a hostile safetensors file', () => {
  const w = { dtype: 'F32', shape: [4], data_offsets: [0, 16] };
  it.each<[string, unknown, string]>([
    ['a header that is no JSON', '{"w":', 'its safetensors header is not valid JSON'],
    ['a header that is no object', '[]', 'its safetensors header is not a JSON object'],
    ['no tensors', {}, 'holds no tensors'],
    [
      'a tensor of 10^12 values',
      { w: { ...w, shape: [1e12] } },
      'w: expected 4000000000000 bytes for F32 of shape (1000000000000), found 16',
    ],
    [
      '10^12 values and offsets to match',
      { w: { ...w, shape: [1e12], data_offsets: [0, 4e12] } },
      'w: truncated: its data ends at byte 40',
    ],
    [
      'a shape past 2^53',
      { w: { ...w, shape: [2 ** 40, 2 ** 40] } },
      'w: expected 4.835703278458517e+24 bytes',
    ],
    ['an unknown dtype', { w: { ...w, dtype: 'F31' } }, 'w: unknown dtype "F31"'],
    [
      'a dtype that every object has',
      { w: { ...w, dtype: 'constructor' } },
      'w: unknown dtype "constructor"',
    ],
    ['no dtype', { w: { shape: [4], data_offsets: [0, 16] } }, 'w: unknown dtype undefined'],
    ['a negative size', { w: { ...w, shape: [-4] } }, 'w: shape: expected whole numbers, found [-4]'],
    ['a fraction of a size', { w: { ...w, shape: [0.5] } }, 'w: shape: expected whole numbers, found [0.5]'],
    [
      'offsets in the wrong order',
      { w: { ...w, data_offsets: [16, 0] } },
      'w: data_offsets: expected [begin, end], found [16,0]',
    ],
    [
      'three offsets',
      { w: { ...w, data_offsets: [0, 8, 16] } },
      'w: data_offsets: expected [begin, end], found [0,8,16]',
    ],
    [
      'a negative offset',
      { w: { ...w, data_offsets: [-16, 0] } },
      'w: data_offsets: expected [begin, end], found [-16,0]',
    ],
    [
      'two negative sizes, whose product is positive',
      { w: { ...w, shape: [-2, -2] } },
      'w: shape: expected whole numbers, found [-2,-2]',
    ],
    [
      'tensors that overlap',
      { w, v: { ...w, shape: [2], data_offsets: [8, 16] } },
      'v: its data overlaps another tensor: expected it to begin at 16, found 8',
    ],
    [
      'a hole',
      { v: { ...w, shape: [1], data_offsets: [12, 16] } },
      'v: its data leaves a hole before it: expected it to begin at 0, found 12',
    ],
    ['bytes that no tensor has', { w: { ...w, shape: [2], data_offsets: [0, 8] } }, 'bytes, found'],
    ['a tensor that is no object', { w: 5 }, 'w: expected an object with dtype, shape and data_offsets'],
    ['a header nested 100000 deep', '['.repeat(1e5) + ']'.repeat(1e5), 'its safetensors header is not'],
  ])('with %s', async (_, header, message) => {
    const found = await refusal(safetensorsFile(header));
    expect(found).toMatch(/^x\.safetensors: /);
    expect(found).toContain(message);
  });

  it('with a header length of 2^64 - 1, or past the end of the file', async () => {
    const bytes = Buffer.concat([Buffer.alloc(8, 0xff), Buffer.from('{}')]);
    expect(await refusal(file('x.safetensors', bytes))).toContain('expected a safetensors header of at most');
    bytes.writeBigUInt64LE(1000n);
    expect(await refusal(file('x.safetensors', bytes))).toContain(
      'truncated: expected at least 1008 bytes, found 10',
    );
  });

  it('reads a tensor called __proto__ as any other', async () => {
    const stateDict = await loadCheckpoint(safetensorsFile(`{"__proto__":${JSON.stringify(w)}}`));
    expect(Object.keys(stateDict)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(stateDict)).toBe(Object.prototype);
  });
});

describe('a hostile zip archive', () => {
  it('with a changed byte in a stored safetensors file', async () => {
    const bytes = await zipped({ 'm.safetensors': readFileSync(join(golden, 'torchrec.safetensors')) });
    bytes[bytes.indexOf('PK\x01\x02') - 5]! ^= 1;
    expect(await refusal(file('x.zip', bytes))).toContain(
      'the entry "m.safetensors" is damaged: its checksum (CRC-32) does not match',
    );
  });

  it('with an entry that the count at its end leaves out', async () => {
    const bytes = Buffer.from(readFileSync(join(golden, 'stored.npz')));
    const end = bytes.lastIndexOf('PK\x05\x06');
    for (const at of [8, 10]) bytes.writeUInt16LE(bytes.readUInt16LE(end + at) - 1, end + at);
    expect(await refusal(file('x.npz', bytes))).toMatch(/after 3 entries, found another entry$/);
  });

  it('with another name, method or size in the directory than before the data', async () => {
    const whole = readFileSync(join(golden, 'compressed.npz'));
    const central = whole.indexOf('PK\x01\x02');
    const named = Buffer.from(whole);
    named[central + 46]! ^= 1;
    expect(await refusal(file('x.npz', named))).toMatch(/has the name ".*" in the directory, "half.npy" in/);
    const grown = Buffer.from(whole);
    grown.writeUInt32LE(grown.readUInt32LE(central + 24) + 1, central + 24);
    expect(await refusal(file('x.npz', grown))).toMatch(
      /has uncompressedSize \d+ in|expected \d+ bytes, found/,
    );
    const moved = Buffer.from(whole);
    moved.writeUInt32LE(moved.readUInt32LE(moved.length - 10) + 1, moved.length - 10);
    expect(await refusal(file('x.npz', moved))).toContain('found that it ends at byte');
  });

  const ckpt = readFileSync(join(golden, 'protocol-2.ckpt'));

  it('with a path out of the folder', async () => {
    const path = file('x.zip', await zipped({ '../model.ckpt': ckpt }));
    expect(await refusal(path)).toContain('invalid relative path: ../model.ckpt');
  });

  it('with two checkpoints, or none', async () => {
    expect(await refusal(file('x.zip', await zipped({ 'a.ckpt': ckpt, 'b.pt': ckpt })))).toContain(
      'expected exactly one checkpoint (.ckpt, .pt, .pth, .safetensors, .npz) in the archive, found 2: "a.ckpt", "b.pt"',
    );
    expect(await refusal(file('x.zip', await zipped({ 'a.txt': ckpt })))).toContain(
      'in the archive, found none',
    );
  });

  it('with a checkpoint of zeros that inflates to a thousand times its size', async () => {
    const bomb = await zipped({ 'model.ckpt': Buffer.alloc(300_000_000) }, 'deflated');
    expect(bomb.length).toBeLessThan(400_000);
    expect(await refusal(file('x.zip', bomb))).toContain(
      'x.zip: model.ckpt: expected a checkpoint of torch.save, found',
    );
  });

  it('with a checkpoint that claims more than the memory of any machine', async () => {
    const bytes = await zipped({ 'model.ckpt': Buffer.alloc(1 << 24) }, 'deflated');
    const central = bytes.lastIndexOf('PK\x01\x02');
    bytes.writeUInt32LE(0xfffffff0, central + 24);
    expect(await refusal(file('x.zip', bytes))).toContain('claims 4294967280 bytes, too many for its');
  });

  it('with an archive in an archive', async () => {
    const inner = await zipped({ 'model.zip': ckpt });
    expect(await refusal(file('x.zip', await zipped({ 'model.zip': inner })))).toContain('found none');
  });

  it('with a storage of zeros in a torch file that inflates far beyond what its tensors need', async () => {
    const { dict, text, tensor, whole } = pickle;
    const data = whole(dict(text('w'), tensor()));
    const bytes = await zipped({ 'x/data.pkl': data, 'x/data/0': Buffer.alloc(50_000_000) }, 'deflated');
    expect(await refusal(file('x.ckpt', bytes))).toContain('expected 16 bytes in the entry "x/data/0"');
  });
});

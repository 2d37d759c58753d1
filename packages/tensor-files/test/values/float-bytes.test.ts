import { allocateFloats, bytesOfTensor, readFloats } from '../../src/values/float-bytes.js';

test('float32 values of more bytes than one view can have are read in pieces, which may end inside a value', async () => {
  const values = Float32Array.from({ length: 50 }, (_, at) => at / 3);
  const all = new Uint8Array(values.buffer);
  const bytes = {
    readInto: () => Promise.reject(new Error('a view of all bytes')),
    async *pieces() {
      for (let start = 0; start < all.length; start += 7) yield all.subarray(start, start + 7);
    },
  };
  const target = new Float32Array(50);
  await readFloats('float32', bytes, target, { inOnePiece: 199 });
  expect(target).toEqual(values);
  await expect(readFloats('float32', bytes, target, { inOnePiece: 200 })).rejects.toThrow('all bytes');
});

test('values that do not fit: the error says so, and from 2^32 on also how many one array can hold', () => {
  expect(() => allocateFloats('emb_l.0.weight', 2 ** 50, { shared: false })).toThrow(
    /^emb_l.0.weight: 1125899906842624 float32 values do not fit in memory; one array holds at most 4294967296 in Node 20$/,
  );
});

test('up to 2^32 values, the error does not blame the length of an array', () => {
  // A negative length is refused on every machine.
  expect(() => allocateFloats('w', -1, { shared: true })).toThrow(
    /^w: -1 float32 values do not fit in memory$/,
  );
});

test('the bytes of a tensor come in pieces of at most 64 MiB, one after another, from where its values begin', () => {
  // Never written, so that the memory is not used.
  const data = new Float32Array(2 ** 25 + 10).subarray(3, 2 ** 25 + 8);
  const pieces = [...bytesOfTensor('w', { data, shape: [data.length] })];
  expect(
    pieces.map(({ buffer, byteOffset, length }) => [buffer === data.buffer, byteOffset, length]),
  ).toEqual([
    [true, 12, 2 ** 26],
    [true, 12 + 2 ** 26, 2 ** 26],
    [true, 12 + 2 ** 27, 20],
  ]);
});

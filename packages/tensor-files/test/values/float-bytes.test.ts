import { allocateFloats, readFloats } from '../../src/values/float-bytes.js';

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

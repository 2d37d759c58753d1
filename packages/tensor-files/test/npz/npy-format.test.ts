import { formatNpyHeader, longestHeader, npyHeaderLength, parseNpyHeader } from '../../src/npz/npy-format.js';

const start = Buffer.from('\x93NUMPY\x01\x00v\x00', 'latin1');

// The bytes of numpy.lib.format.write_array_header_1_0 of NumPy 2.4.6.
it.each([
  ['float32', [3], "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }"],
  ['bool', [2, 2], "{'descr': '|b1', 'fortran_order': False, 'shape': (2, 2), }"],
] as const)('the header of %s is that of NumPy', (dtype, shape, text) => {
  const header = formatNpyHeader({ dtype, shape: [...shape], fortranOrder: false });
  expect(Buffer.from(header)).toEqual(Buffer.concat([start, Buffer.from(`${text.padEnd(117)}\n`)]));
  expect(parseNpyHeader(header)).toEqual({ dtype, shape, fortranOrder: false });
});

it('a header that fills its blocks of 64 bytes gets another one for the line break, as in NumPy', () => {
  const shape = [111, ...Array<number>(15).fill(11)];
  const header = formatNpyHeader({ dtype: 'float32', shape, fortranOrder: false });
  expect(header).toHaveLength(192);
  expect(header.at(-1)).toBe(0x0a);
});

it('reads a header of the maximum length, and refuses a longer one', () => {
  const ofLength = (length: number) => {
    const header = Buffer.concat([start, Buffer.alloc(2)]);
    header.writeUInt16LE(length - 10, 8);
    return header;
  };
  expect(npyHeaderLength(ofLength(longestHeader))).toBe(10_000);
  expect(() => npyHeaderLength(ofLength(longestHeader + 1))).toThrow('at most 10000 bytes, found 10001');
});

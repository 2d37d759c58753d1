import fc from 'fast-check';
import type { Tensor } from '../../src/state-dict.js';
import { takeSparseApart } from '../../src/torch/sparse-tensors.js';
import type { SparseTorchTensor, TorchTensor } from '../../src/torch/torch-objects.js';

const int64 = (values: readonly number[], shape = [values.length]): Tensor => ({
  data: Float32Array.from(values),
  shape,
  stored: { dtype: 'int64', bytes: new Uint8Array(BigInt64Array.from(values, BigInt).buffer) },
});
const int32 = (values: readonly number[], shape = [values.length]): Tensor => ({
  data: Float32Array.from(values),
  shape,
  stored: { dtype: 'int32', bytes: new Uint8Array(Int32Array.from(values).buffer) },
});
const floats = (values: readonly number[], shape = [values.length]): Tensor => ({
  data: Float32Array.from(values),
  shape,
});

// A part as the pickle describes it; what it holds is given when the parts are put together.
const view: TorchTensor = {
  kind: 'tensor',
  storage: { kind: 'storage', key: '0', dtype: 'float32', elementSize: 4, length: 0 },
  offset: 0,
  shape: [0],
  strides: [1],
};

function described(layout: string, shape: number[], parts: readonly string[]): SparseTorchTensor {
  return { kind: 'sparse', layout, shape, parts: Object.fromEntries(parts.map((part) => [part, view])) };
}

/** The dense tensor of a layout, a shape and the parts. */
function dense(
  layout: string,
  shape: number[],
  parts: Record<string, Tensor>,
  { name = 'w', shared = false } = {},
): Tensor {
  const found = new Map([[name, described(`torch.sparse_${layout}`, shape, Object.keys(parts))]]);
  const read = new Map(Object.entries(parts).map(([part, tensor]) => [`${name} (${part})`, tensor]));
  takeSparseApart(found, 'x.pt', 0).assemble(read, { isShared: () => shared });
  expect([...read.keys()]).toEqual([name]);
  return read.get(name)!;
}

const coo = (shape: number[], indices: Tensor, values: Tensor) => dense('coo', shape, { indices, values });
const compressed = (layout: string, shape: number[], pointers: Tensor, plain: Tensor, values: Tensor) =>
  dense(layout, shape, { 'compressed indices': pointers, 'plain indices': plain, values });

test('COO: values at the same indices add up, and each index may stand for a row of values', () => {
  const cases = fc
    .record({
      rows: fc.integer({ min: 1, max: 5 }),
      columns: fc.integer({ min: 1, max: 4 }),
      inner: fc.nat(3),
    })
    .chain(({ rows, columns, inner }) =>
      fc.record({
        shape: fc.constant<[number, number, number]>([rows, columns, inner]),
        at: fc.array(fc.tuple(fc.nat({ max: rows - 1 }), fc.nat({ max: columns - 1 })), { maxLength: 9 }),
      }),
    );
  fc.assert(
    fc.property(cases, ({ shape, at }) => {
      const [rows, columns, inner] = shape;
      const expected = new Float32Array(rows * columns * inner);
      const values = Array.from({ length: at.length * inner }, (_, i) => 2 ** i);
      at.forEach(([row, column], n) => {
        for (let i = 0; i < inner; i++)
          expected[(row * columns + column) * inner + i]! += values[n * inner + i]!;
      });
      const indices = int64([...at.map(([row]) => row), ...at.map(([, column]) => column)], [2, at.length]);
      expect(coo(shape, indices, floats(values, [at.length, inner]))).toEqual({ data: expected, shape });
    }),
  );
});

test.each(['csr', 'csc', 'bsr', 'bsc'])('%s: a matrix compressed by its definition comes back', (layout) => {
  const isBlocked = layout.startsWith('b');
  const cases = fc
    .tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 3 }))
    .chain(([down, across, height]) =>
      fc.record({
        down: fc.constant(down),
        across: fc.constant(across),
        height: fc.constant(isBlocked ? height : 1),
        width: isBlocked ? fc.integer({ min: 1, max: 3 }) : fc.constant(1),
        kept: fc.array(fc.boolean(), { minLength: down * across, maxLength: down * across }),
      }),
    );
  fc.assert(
    fc.property(cases, ({ down, across, height, width, kept }) => {
      const byRow = layout.endsWith('sr');
      const [lines, places] = byRow ? [down, across] : [across, down];
      const shape = [down * height, across * width] as const;
      const expected = new Float32Array(shape[0] * shape[1]);
      const pointers = [0];
      const plain: number[] = [];
      const values: number[] = [];
      for (let line = 0; line < lines; line++) {
        for (let place = 0; place < places; place++) {
          const [row, column] = byRow ? [line, place] : [place, line];
          if (!kept[row * across + column]) continue;
          plain.push(place);
          for (let i = 0; i < height; i++) {
            for (let j = 0; j < width; j++) {
              values.push(values.length + 1);
              expected[(row * height + i) * shape[1] + column * width + j] = values.length;
            }
          }
        }
        pointers.push(plain.length);
      }
      const shapeOfValues = isBlocked ? [plain.length, height, width] : [plain.length];
      const made = compressed(
        layout,
        [...shape],
        int32(pointers),
        int32(plain),
        floats(values, shapeOfValues),
      );
      expect(made).toEqual({ data: expected, shape });
    }),
  );
});

test.each([
  ['a row past the end', [3, 2], int64([0, 3, 0, 1], [2, 2]), floats([1, 2]), 'an index below 3, found 3'],
  ['a column past the end', [3, 2], int64([0, 1, 0, 2], [2, 2]), floats([1, 2]), 'an index below 2, found 2'],
  ['a negative index', [3, 2], int64([0, -1, 0, 1], [2, 2]), floats([1, 2]), 'an index below 3, found -1'],
  ['fewer values', [3, 2], int64([0, 1, 0, 1], [2, 2]), floats([1]), '2 indices of 2 dimensions'],
  ['more values', [3, 2], int64([0, 1, 0, 1], [2, 2]), floats([1, 2, 3]), '2 indices of 2 dimensions'],
  ['rows of values', [3, 2], int64([0, 1, 0, 1], [2, 2]), floats([1, 2], [2, 1]), '2 indices of 2'],
  ['rows of another length', [3, 2], int64([0, 1], [1, 2]), floats([1, 2, 3, 4, 5, 6], [2, 3]), '2 indices'],
  ['more dimensions', [3], int64([0, 1, 0, 0], [2, 2]), floats([1, 2]), '2 indices of 1 dimensions'],
  ['indices in one row', [3, 2], int64([0, 1]), floats([], [0]), '0 indices of 2 dimensions'],
  ['indices in three dimensions', [3, 2], int64([0, 1, 2, 2], [2, 1, 2]), floats([1]), '1 indices of 2 dim'],
  ['fractions as indices', [3, 2], floats([0, 1, 0, 1], [2, 2]), floats([1, 2]), 'int32, found float32'],
])('COO with %s is refused', (_, shape, indices, values, message) => {
  expect(() => coo(shape, indices, values)).toThrow('x.pt: w: torch.sparse_coo: expected ');
  expect(() => coo(shape, indices, values)).toThrow(message);
});

const whole = int64([0, 1, 2, 3]);
test.each<[string, string, number[], Tensor, Tensor, Tensor, string]>([
  [
    'a pointer too few',
    'csr',
    [4, 4],
    int64([0, 1, 2, 3]),
    int64([0, 1, 2]),
    floats([1, 2, 3]),
    '5 pointers',
  ],
  [
    'a pointer too many',
    'csr',
    [2, 4],
    int64([0, 1, 3, 3]),
    int64([0, 1, 2]),
    floats([1, 2, 3]),
    '3 pointers',
  ],
  [
    'a first pointer of 1',
    'csr',
    [3, 4],
    int64([1, 1, 2, 3]),
    int64([0, 1, 2]),
    floats([1, 2, 3]),
    '4 pointers',
  ],
  [
    'too small a last pointer',
    'csr',
    [3, 4],
    int64([0, 1, 2, 2]),
    int64([0, 1, 2]),
    floats([1, 2, 3]),
    'to 3',
  ],
  [
    'too large a last pointer',
    'csr',
    [3, 4],
    int64([0, 1, 2, 4]),
    int64([0, 1, 2]),
    floats([1, 2, 3]),
    'to 3',
  ],
  [
    'descending pointers',
    'csr',
    [3, 4],
    int64([0, 2, 1, 3]),
    int64([0, 1, 2]),
    floats([1, 2, 3]),
    'ascending',
  ],
  ['a column past the end', 'csr', [3, 3], whole, int64([0, 1, 3]), floats([1, 2, 3]), 'below 3, found 3'],
  ['a negative column', 'csr', [3, 4], whole, int64([0, -1, 2]), floats([1, 2, 3]), 'below 4, found -1'],
  ['a row past the end', 'csc', [3, 3], whole, int64([0, 1, 3]), floats([1, 2, 3]), 'below 3, found 3'],
  ['a value too few', 'csr', [3, 4], int64([0, 1, 1, 2]), int64([0, 1, 2]), floats([1, 2]), 'for each value'],
  ['three dimensions', 'csr', [3, 4, 1], whole, int64([0, 1, 2]), floats([1, 2, 3]), 'a matrix'],
  ['one dimension', 'csr', [3], whole, int64([0, 1, 2]), floats([1, 2, 3]), 'a matrix'],
  ['blocks in CSR', 'csr', [3, 4], whole, int64([0, 1, 2]), floats([1, 2, 3], [3, 1, 1]), 'a matrix'],
  ['values in BSR', 'bsr', [3, 4], whole, int64([0, 1, 2]), floats([1, 2, 3]), 'a matrix'],
  [
    'rows left over',
    'bsr',
    [3, 2],
    int64([0, 1]),
    int64([0]),
    floats([1, 2, 3, 4], [1, 2, 2]),
    'fill the matrix',
  ],
  [
    'columns left over',
    'bsc',
    [2, 3],
    int64([0, 1]),
    int64([0]),
    floats([1, 2, 3, 4], [1, 2, 2]),
    'fill the',
  ],
  ['blocks of no rows', 'bsr', [3, 2], int64([0]), int64([]), floats([], [0, 0, 2]), 'fill the matrix'],
  ['fractions as pointers', 'csr', [1, 4], floats([0, 1]), int64([0]), floats([1]), 'int32, found float32'],
  ['fractions as indices', 'csr', [1, 4], int64([0, 1]), floats([0]), floats([1]), 'int32, found float32'],
])('a compressed tensor with %s is refused', (_, layout, shape, pointers, plain, values, message) => {
  const make = () => compressed(layout, shape, pointers, plain, values);
  expect(make).toThrow(`x.pt: w: torch.sparse_${layout}: expected `);
  expect(make).toThrow(message);
});

test('indices of int16 are refused', () => {
  const short: Tensor = { ...int64([0]), stored: { dtype: 'int16', bytes: new Uint8Array(2) } };
  expect(() => compressed('csr', [1, 1], int64([0, 1]), short, floats([1]))).toThrow('found int16');
});

test('whole numbers keep their bytes, each at its place, and are not added up', () => {
  const values = int64([2 ** 60, -5]);
  const made = dense('coo', [2, 2], { indices: int64([0, 1, 1, 0], [2, 2]), values }, { name: 'steps' });
  expect(made.data).toEqual(Float32Array.of(0, 2 ** 60, -5, 0));
  expect([...new BigInt64Array(made.stored!.bytes!.slice().buffer)]).toEqual([0n, 2n ** 60n, -5n, 0n]);
  expect(() => dense('coo', [2], { indices: int64([1, 1], [1, 2]), values }, { name: 'steps' })).toThrow(
    'x.pt: steps: expected each index of whole numbers once: coalesce() it',
  );
});

test('a table is over shared memory if asked for, and may not be of whole numbers', () => {
  const parts = { indices: int64([1], [1, 1]), values: floats([3]) };
  for (const shared of [false, true]) {
    const { data } = dense('coo', [2], parts, { shared });
    expect([data.buffer instanceof SharedArrayBuffer, [...data]]).toEqual([shared, [0, 3]]);
  }
  const whole = { ...parts, values: int64([3]) };
  expect(() => dense('coo', [2], whole, { name: 'emb_l.0.weight' })).toThrow(
    'x.pt: emb_l.0.weight: expected float32, float16, bfloat16 or float64 values, found int64',
  );
});

test('sparse tensors may together be 64 MiB when dense and 20 times their file, and no more', () => {
  const found = (rows: number) =>
    new Map([
      ['a', described('torch.sparse_coo', [2 ** 24, 1], [])],
      ['b', described('torch.sparse_coo', [rows, 5], [])],
    ]);
  expect(takeSparseApart(found(10), 'x.pt', 10).names).toEqual(['a', 'b']);
  expect(() => takeSparseApart(found(11), 'x.pt', 10)).toThrow(
    /^x\.pt: b: expected sparse tensors of at most 67109064 bytes .*, found shape \(11, 5\)/,
  );
});

test('a tensor may not be called like a part of a sparse one', () => {
  const found = new Map<string, TorchTensor | SparseTorchTensor>([
    ['w (indices)', view],
    ['w', described('torch.sparse_coo', [1], ['indices', 'values'])],
  ]);
  expect(() => takeSparseApart(found, 'x.pt', 0)).toThrow('x.pt: two tensors are called w (indices)');
});

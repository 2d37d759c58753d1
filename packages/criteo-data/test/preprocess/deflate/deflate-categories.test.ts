import { crc32, inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { deflateCategories } from '../../../src/preprocess/deflate/deflate-categories.js';

const columns = 26;
const endOfStream = Uint8Array.of(0x03, 0x00);

/** Numbers by first appearance, as `parsePiece` gives them. */
function numbered(ids: readonly number[]): { numbers: number[]; distinct: number[] } {
  const numbers = new Map([...new Set(ids)].map((id, number) => [id, number]));
  return { numbers: ids.map((id) => numbers.get(id)!), distinct: [...numbers.keys()] };
}

function expectInflated(column: readonly number[]): void {
  const { numbers, distinct } = numbered(column);
  const { parts, bytes } = deflateCategories({
    rows: column.length,
    numbers: Int32Array.from(Array.from({ length: columns }, () => numbers).flat()),
    ids: Int32Array.from(Array.from({ length: columns }, () => distinct).flat()),
    distinctCounts: Array<number>(columns).fill(distinct.length),
  });
  expect(parts).toHaveLength(columns);
  const expected = Buffer.from(Float64Array.from(column).buffer);
  let start = 0;
  for (const { size, crc, compressedSize } of parts) {
    const deflated = bytes.subarray(start, (start += compressedSize));
    expect(inflateRawSync(Buffer.concat([deflated, endOfStream])).equals(expected)).toBe(true);
    expect({ size, crc }).toEqual({ size: expected.length, crc: crc32(expected) });
  }
  expect(start).toBe(bytes.length);
}

const id = fc.oneof(fc.nat(3), fc.nat(300), fc.nat(2 ** 18), fc.nat(2 ** 28));
const run = fc
  .tuple(id, fc.integer({ min: 1, max: 100 }))
  .map(([value, length]) => Array<number>(length).fill(value));

it('inflates to the ids as float64, runs of the same one too', () => {
  const column = fc.oneof(
    fc.array(id, { minLength: 1, maxLength: 300, size: 'max' }),
    fc.array(run, { minLength: 1 }).map((runs) => runs.flat()),
  );
  fc.assert(fc.property(column, expectInflated), { numRuns: 200 });
});

it('keeps codes short enough for deflate where frequencies grow like Fibonacci numbers', () => {
  const column: number[] = [];
  for (let value = 0, a = 1, b = 1; value < 20; value++, [a, b] = [b, a + b]) {
    for (let i = 0; i < a; i++) column.push(2 + 16 * value);
  }
  // In a mixed order, or there would be nothing but runs.
  const mixed = column.map((_, i) => column[(i * 7919) % column.length]!);
  expectInflated(mixed);
});

import fc from 'fast-check';
import { MixedPrecisionTable, ProjectedCoder, toFloat16, type Projection } from '../../../src/index.js';

function halves(values: readonly number[]): Uint8Array {
  return new Uint8Array(Uint16Array.from(values, toFloat16).buffer);
}

/** e^T curvature e, without a curvature e^T e. */
function costOf(error: readonly number[], curvature?: Float64Array): number {
  let sum = 0;
  error.forEach((a, i) => {
    error.forEach((b, j) => (sum += a * b * (curvature?.[i * error.length + j] ?? (i === j ? 1 : 0))));
  });
  return sum;
}

describe('ProjectedCoder', () => {
  // Two directions of one row that overlap, (1, 0) and (1, 1). The first has the values -1 and 1, the second -1.5 to 1.5.
  const overlapping: Projection = {
    basis: halves([0, 0, 1, 0, 1, 1]),
    kinds: [{ coefficientBits: [1, 2], steps: halves([2, 1]) }],
  };

  test('a later coefficient makes up for the error of an earlier one', () => {
    const coder = new ProjectedCoder({ projection: overlapping, dim: 2 });
    const codes = new Uint16Array(2);
    // (1.75, 0.5) is coded as 1 x (1, 0), which leaves (0.75, 0.5), then as 0.5 x (1, 1), which leaves (0.25, 0).
    coder.take(Float32Array.of(1.75, 0.5), 0);
    expect(coder.code(0, codes)).toBe(0.0625);
    expect([...codes]).toEqual([1, 2]);
  });

  test('no code of a coefficient, in turn, has less error than the one that is taken', () => {
    const size = fc.record({
      dim: fc.integer({ min: 1, max: 4 }),
      directions: fc.integer({ min: 2, max: 4 }),
      byCurvature: fc.boolean(),
    });
    const inputs = size.chain(({ dim, directions, byCurvature }) => {
      const numbers = (count: number, most: number) =>
        fc.array(fc.integer({ min: -most, max: most }), { minLength: count, maxLength: count });
      const coefficients = (least: number) =>
        fc.array(fc.tuple(fc.integer({ min: 0, max: 4 }), fc.constantFrom(-1, 0, 0.25, 0.5, 2)), {
          minLength: least,
          maxLength: directions,
        });
      return fc.record({
        dim: fc.constant(dim),
        root: fc
          .constant(byCurvature)
          .chain((with_) => (with_ ? numbers(dim * dim, 2) : fc.constant(undefined))),
        basis: numbers((1 + directions) * dim, 3),
        // One kind has all directions, the other may have fewer.
        kinds: fc.tuple(coefficients(1), coefficients(directions)),
        rows: numbers(2 * dim, 6),
        turned: fc.boolean(),
      });
    });
    fc.assert(
      fc.property(inputs, ({ dim, root, basis, kinds, rows, turned }) => {
        fc.pre(kinds.every((kind) => kind.some(([bits]) => bits > 0)));
        const curvature =
          root &&
          Float64Array.from({ length: dim * dim }, (_, at) => {
            const [i, j] = [Math.floor(at / dim), at % dim];
            return root.slice(0, dim).reduce((sum, _, k) => sum + root[k * dim + i]! * root[k * dim + j]!, 0);
          });
        const projection = {
          basis: halves(basis),
          kinds: kinds.map((kind) => ({
            coefficientBits: kind.map(([bits]) => bits),
            steps: halves(kind.map(([, step]) => step)),
          })),
        };
        const coder = new ProjectedCoder({ projection, dim, curvature });
        for (let row = 0; row < 2; row++) {
          coder.take(Float32Array.from(rows), row * dim);
          for (const kind of turned ? [1, 0] : [0, 1]) {
            const codes = new Uint16Array(4);
            const found = coder.code(kind, codes);
            let error = basis.slice(0, dim).map((mean, column) => rows[row * dim + column]! - mean);
            kinds[kind]!.forEach(([bits, step], k) => {
              const errorsByCode = Array.from({ length: 2 ** bits }, (_, code) => {
                const value = (code - (2 ** bits - 1) / 2) * step;
                return error.map((own, column) => own - value * basis[(1 + k) * dim + column]!);
              });
              const least = Math.min(...errorsByCode.map((own) => costOf(own, curvature)));
              error = errorsByCode[codes[k]!]!;
              expect(costOf(error, curvature)).toBeCloseTo(least, 9);
            });
            expect(found).toBeCloseTo(costOf(error, curvature), 9);
          }
        }
      }),
    );
  });

  test('a direction or a step of zeros takes the code in the middle', () => {
    const projection = {
      basis: halves([1, 0, 1]),
      kinds: [{ coefficientBits: [2, 3], steps: halves([1, 0]) }],
    };
    const coder = new ProjectedCoder({ projection, dim: 1 });
    const codes = new Uint16Array(2);
    coder.take(Float32Array.of(3), 0);
    expect(coder.code(0, codes)).toBe(4);
    // The middle of 0 to 3 and of 0 to 7, rounded to even.
    expect([...codes]).toEqual([2, 4]);
  });

  test('refuses a curvature of another size', () => {
    const refused = { projection: overlapping, dim: 2, curvature: new Float64Array(3) };
    expect(() => new ProjectedCoder(refused)).toThrow(
      new RangeError('expected a curvature (2, 2), found 3 values'),
    );
  });
});

describe('projected rows of a dense table', () => {
  test('are the codes of each coefficient, bit by bit', () => {
    const projection: Projection = {
      basis: halves([0, 0, 1, 0, 0, 1]),
      kinds: [
        { coefficientBits: [4], steps: halves([1]) },
        { coefficientBits: [3, 16], steps: halves([1, 2 ** -10]) },
      ],
    };
    // Codes of 3 bits say -3.5 to 3.5, codes of 16 bits -32767.5 to 32767.5, in 1024ths.
    const at = (first: number, second: number) => [first - 3.5, (second - 32767.5) / 1024];
    const data = Float32Array.from([...at(4, 40_000), 2.5, 0, ...at(0, 1), ...at(7, 65_535)]);
    const table = MixedPrecisionTable.fromDense({
      table: { data, shape: [4, 2] },
      bits: Uint8Array.of(129, 128, 129, 129),
      projection,
    });
    expect([...table.toDense()]).toEqual([...data]);
    const bits = [4, 0, 7].map(
      (first, row) => BigInt(first + 8 * [40_000, 1, 65_535][row]!) << BigInt(19 * row),
    );
    const written = bits.reduce((all, own) => all | own);
    const bytes = Array.from({ length: 8 }, (_, byte) => Number((written >> BigInt(8 * byte)) & 255n));
    const rowsOf = (kind: number) => [...table.parts().classes.find((own) => own.bits === kind)!.rows];
    expect(rowsOf(129)).toEqual(bytes);
    // The values of 4 bits are -7.5 to 7.5: 2.5 is that of code 10.
    expect(rowsOf(128)).toEqual([10]);
  });

  const projection: Projection = {
    basis: halves([65504, 0, 1, 1]),
    kinds: [{ coefficientBits: [1], steps: halves([0]) }],
  };

  test.each([
    [
      Float32Array.of(NaN, 0, 65504, 65505),
      'row 1, column 1: expected a finite value within 65504, found 65505',
    ],
    [
      Float32Array.of(0, 0, -Infinity, 0),
      'row 1, column 0: expected a finite value within 65504, found -Infinity',
    ],
    [Float32Array.of(0, 0, 0, NaN), 'row 1, column 1: expected a finite value within 65504, found NaN'],
  ])('are refused where a value is no float16: %p', (data, message) => {
    const table = { data, shape: [2, 2] };
    const build = () => MixedPrecisionTable.fromDense({ table, bits: Uint8Array.of(0, 128), projection });
    expect(build).toThrow(new RangeError(`cannot project ${message}`));
  });

  test('may have the largest float16', () => {
    const table = { data: Float32Array.of(65504, -65504), shape: [1, 2] };
    const built = MixedPrecisionTable.fromDense({ table, bits: Uint8Array.of(128), projection });
    expect([...built.toDense()]).toEqual([65504, 0]);
  });
});

import fc from 'fast-check';
import { TableMemory } from '@ds/data-sparsifier';
import { forwardKernel } from '../../../src/engines/onnx/kernels/forward-kernel.js';
import { SparseLayer } from '../../../src/engines/onnx/kernels/sparse-layer.js';
import { formula } from '../../formula.js';
import { expectClose } from '../../golden-model.js';

const sizes = fc.record({
  inputs: fc.integer({ min: 1, max: 40 }),
  outputs: fc.integer({ min: 1, max: 70 }),
  count: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 125, max: 270 })),
  room: fc.integer({ min: 0, max: 4 }),
});

function openLayer({ inputs, outputs, capacity }: { inputs: number; outputs: number; capacity: number }) {
  const memory = new TableMemory();
  const kernel = forwardKernel(memory.linearMemory);
  const inputOffset = memory.allocate(4 * capacity * inputs);
  const layer = new SparseLayer({ memory, kernel, inputs, outputs, capacity });
  return { layer, input: (length: number) => memory.float32(inputOffset, length) };
}

/** ReLU(input x weight + bias) of one example, in plain loops. */
function reluOfLinear(input: Float32Array, weight: Float32Array, bias: Float32Array): number[] {
  return Array.from(bias, (start, output) => {
    const sum = input.reduce(
      (sum, value, place) => sum + value * weight[output * input.length + place]!,
      start,
    );
    return sum > 0 ? sum : Number.isNaN(sum) ? NaN : 0;
  });
}

describe('SparseLayer', () => {
  test('computes the layer of any size, of all its inputs and of some columns of them', () => {
    fc.assert(
      fc.property(
        sizes,
        fc.constantFrom(0, 0.1, 0.5, 1),
        fc.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })),
        (size, density, random) => {
          const { inputs, outputs, count, room } = size;
          const { layer, input } = openLayer({ inputs, outputs, capacity: count + room });
          const isKept = Array.from({ length: inputs }, () => random.next().value! < 0.7);
          const columns = Int32Array.from(isKept.keys()).filter((column) => isKept[column]);
          const chances = formula(2, count * inputs);
          const values = Float32Array.from(formula(1, count * inputs), (x, place) =>
            isKept[place % inputs] && chances[place]! < density ? x - 0.5 : 0,
          );
          // The parameters of one model after those of another.
          for (const seed of [3, 4]) {
            const weight = Float32Array.from(formula(seed, outputs * inputs), (x) => x - 0.5);
            const bias = Float32Array.from(formula(seed + 2, outputs), (x) => x - 0.5);
            layer.setParameters(weight, bias);
            const expected = Array.from({ length: count }, (_, example) =>
              reluOfLinear(values.subarray(example * inputs, (example + 1) * inputs), weight, bias),
            ).flat();
            input(values.length).set(values);
            expectClose('all', layer.forward(input(values.length), count), expected, 2e-6);
            if (columns.length === 0) continue;
            const some = Float32Array.from({ length: count * columns.length }, (_, place) => {
              const example = Math.floor(place / columns.length);
              return values[example * inputs + columns[place % columns.length]!]!;
            });
            input(some.length).set(some);
            expectClose('some', layer.forward(input(some.length), count, columns), expected, 2e-6);
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  test('takes NaN and infinities for values that are not zero', () => {
    const { layer, input } = openLayer({ inputs: 7, outputs: 3, capacity: 3 });
    const weight = Float32Array.from(formula(1, 21), (x) => x - 0.5);
    const bias = new Float32Array(3);
    layer.setParameters(weight, bias);
    for (const place of [0, 6, 9]) {
      for (const value of [NaN, Infinity, -Infinity]) {
        const values = input(21);
        values.fill(0);
        values[place] = value;
        expect(layer.zeroShare(values)).toBeCloseTo(20 / 21, 12);
        const expected = [0, 1, 2].flatMap((example) =>
          reluOfLinear(values.slice(7 * example, 7 * example + 7), weight, bias),
        );
        expect([...layer.forward(values, 3)]).toEqual(expected);
      }
    }
  });

  test('counts zeros of either sign', () => {
    const { layer, input } = openLayer({ inputs: 11, outputs: 1, capacity: 1 });
    const values = input(11);
    expect(layer.zeroShare(values)).toBe(1);
    values.set([-0, 1e-45, -1e-45, 3], 3);
    expect(layer.zeroShare(values)).toBeCloseTo(8 / 11, 12);
    expect(layer.zeroShare(values.subarray(4, 7))).toBe(0);
    expect(layer.zeroShare(values.subarray(0, 4))).toBe(1);
  });
});

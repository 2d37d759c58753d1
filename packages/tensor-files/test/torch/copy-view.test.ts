import fc from 'fast-check';
import { bytesOfView, copyView, isWhole } from '../../src/torch/copy-view.js';

interface View {
  offset: number;
  shape: number[];
  strides: number[];
}

/** The places of a view's elements in its storage, with an index counted up for each, as PyTorch defines a view. */
function placesOf({ offset, shape, strides }: View): number[] {
  const [size, ...inner] = shape;
  if (size === undefined) return [offset];
  return Array.from({ length: size }, (_, index) =>
    placesOf({ offset: offset + index * strides[0]!, shape: inner, strides: strides.slice(1) }),
  ).flat();
}

const contiguous = (shape: readonly number[]) =>
  shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));

const views: fc.Arbitrary<View> = fc
  .record({
    short: fc.array(fc.nat({ max: 4 }), { maxLength: 3 }),
    // Rows of at least 32 values are copied in another way than shorter ones.
    long: fc.constantFrom([], [], [32], [33]),
    at: fc.nat({ max: 3 }),
  })
  .map(({ short, long, at }) => [...short.slice(0, at), ...long, ...short.slice(at)])
  .chain((shape) =>
    fc.record({
      offset: fc.oneof(fc.constant(0), fc.nat({ max: 9 })),
      shape: fc.constant(shape),
      strides: fc.oneof(
        fc.constant(contiguous(shape)),
        // Transposed: the strides of the axes in another order.
        fc.shuffledSubarray(contiguous(shape), { minLength: shape.length }),
        // A step along an axis of 0 repeats values (expand), one of 1 may overlap (unfold).
        fc.array(fc.nat({ max: 40 }), { minLength: shape.length, maxLength: shape.length }),
      ),
    }),
  );

test('copies of any view have its elements in C order, and the bytes are theirs', () => {
  fc.assert(
    fc.property(views, fc.constantFrom(1, 2, 8), (view, bytesEach) => {
      const places = placesOf(view);
      const storage = Float32Array.from({ length: 1 + Math.max(0, ...places) }, (_, place) => place);
      const copy = new Float32Array(places.length);
      copyView(storage, view, copy);
      expect([...copy]).toEqual(places);

      const bytes = Uint8Array.from({ length: storage.length * bytesEach }, (_, at) => (at * 7) % 251);
      const expected = places.flatMap((place) => [
        ...bytes.subarray(place * bytesEach, (place + 1) * bytesEach),
      ]);
      expect([...bytesOfView(bytes, view, bytesEach)]).toEqual(expected);
    }),
  );
});

test('a view is its whole storage if its elements are those of the storage, in order', () => {
  fc.assert(
    fc.property(views, fc.nat({ max: 2 }), (view, more) => {
      const places = placesOf(view);
      const length = places.length + more;
      const isInOrder = places.length === length && places.every((place, at) => place === at);
      // The strides of a view without elements do not matter, and it does not matter either what is said of it.
      if (length > 0) expect(isWhole(view, length)).toBe(isInOrder);
    }),
  );
});

test.each([
  [{ offset: 0, shape: [2, 3], strides: [3, 1] }, 6, true],
  [{ offset: 0, shape: [2, 1, 3], strides: [3, 99, 1] }, 6, true],
  [{ offset: 0, shape: [], strides: [] }, 1, true],
  [{ offset: 0, shape: [0, 3], strides: [3, 1] }, 0, true],
  [{ offset: 0, shape: [3, 2], strides: [1, 3] }, 6, false],
  [{ offset: 0, shape: [2, 3], strides: [3, 1] }, 7, false],
  [{ offset: 1, shape: [2, 3], strides: [3, 1] }, 6, false],
  [{ offset: 0, shape: [2, 3], strides: [0, 1] }, 6, false],
])('a view %j of a storage of %i values is the whole one: %j', (view, length, expected) => {
  expect(isWhole(view, length)).toBe(expected);
});

import {
  classesInOrder,
  classOrder,
  encodeClasses,
  findClass,
  openClasses,
} from '../../../src/tables/mixed-precision/row-classes.js';

test('the class of most rows is first, then, of as many rows, that of fewer bits', () => {
  const order = classOrder({ 1: 2, 2: 5, 4: 0, 8: 7, 16: 5, 32: 2, 128: 7, 129: 5 });
  expect(order.map(({ bits, rows }) => [bits, rows])).toEqual([
    [8, 7],
    [128, 7],
    [2, 5],
    [16, 5],
    [129, 5],
    [1, 2],
    [32, 2],
  ]);
});

test('a bitmap of each class but the last says which of the rows left are of a later one', () => {
  const bits = Uint8Array.of(8, 0, 2, 4, 8, 0, 8, 2, 0);
  const classes = classOrder({ 2: 2, 4: 1, 8: 3 });
  const bitmaps = encodeClasses(bits, classes);
  // 8, 2, 4, 8, 8, 2: which are not of 8 bits. Then 2, 4, 2: which are not of 2 bits. The first is the lowest bit.
  expect(bitmaps).toEqual([Uint8Array.of(0b100110), Uint8Array.of(0b010)]);
  expect([...classesInOrder(bitmaps, 6)]).toEqual([0, 1, 2, 0, 0, 1]);
  const opened = openClasses(bitmaps, [3, 2, 1], undefined);
  const found = Array.from({ length: 6 }, (_, stored) => findClass(opened, stored));
  expect(found.map(({ place, inClass }) => [place, inClass])).toEqual([
    [0, 0],
    [1, 0],
    [2, 0],
    [0, 1],
    [0, 2],
    [1, 1],
  ]);
});

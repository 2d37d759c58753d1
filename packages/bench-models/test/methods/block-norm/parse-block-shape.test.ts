import { parseBlockShape } from '../../../src/methods/block-norm/parse-block-shape.js';

test.each([
  ['1x4', [1, 4]],
  ['16x32', [16, 32]],
])('%s', (text, shape) => {
  expect(parseBlockShape(text)).toEqual(shape);
});

test.each(['', '4', 'x4', '1x', '1x4x2', ' 1x4', '1x4 ', '1 x 4', '1X4', '1x-4', '1.5x4', '(1, 4)'])(
  "'%s' is refused",
  (text) => {
    expect(() => parseBlockShape(text)).toThrow(
      `sparse block shape: expected rows x columns such as 1x4, found '${text}'`,
    );
  },
);

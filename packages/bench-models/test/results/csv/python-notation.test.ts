import fc from 'fast-check';
import { formatPythonFloat, formatPythonTuple, parsePythonTuple } from '../../../src/results/csv/python-notation.js';

describe('formatPythonFloat', () => {
  // Left: a double; right: what Python 3's repr prints for it.
  test.each([
    [0, '0.0'],
    [-0, '-0.0'],
    [1, '1.0'],
    [0.1, '0.1'],
    [0.30000000000000004, '0.30000000000000004'],
    [0.0001, '0.0001'],
    [0.00009, '9e-05'],
    [1.5e-7, '1.5e-07'],
    [1e-100, '1e-100'],
    [123456789, '123456789.0'],
    [1e15, '1000000000000000.0'],
    [1e16, '1e+16'],
    [1.25e22, '1.25e+22'],
    [-2.5, '-2.5'],
    [NaN, 'nan'],
    [Infinity, 'inf'],
    [-Infinity, '-inf'],
  ])('prints %p as Python does', (value, text) => {
    expect(formatPythonFloat(value)).toBe(text);
  });

  test('reads back as the same number', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(Number(formatPythonFloat(value))).toBe(value);
      }),
    );
  });
});

describe('tuples', () => {
  test('are printed as Python does and read back', () => {
    expect(formatPythonTuple([1, 4])).toBe('(1, 4)');
    expect(parsePythonTuple('(1, 4)')).toEqual([1, 4]);
    expect(parsePythonTuple(' (16,32) ')).toEqual([16, 32]);
    expect(parsePythonTuple('( 16 , 32 )')).toEqual([16, 32]);
  });

  test.each(['', '1, 4', '(1)', '(1, 4, 2)', '(1, -4)', '(1, x)', '[1, 4]', '1 (1, 4)', '(1, 4) 1'])(
    '%p is no pair',
    (text) => {
      expect(parsePythonTuple(text)).toBeUndefined();
    },
  );
});

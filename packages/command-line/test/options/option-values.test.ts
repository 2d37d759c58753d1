import { InvalidArgumentError } from 'commander';
import fc from 'fast-check';
import {
  parseBetween,
  parseBy,
  parseBytes,
  parseCount,
  parseList,
  parseNumber,
  parsePositive,
} from '@ds/command-line';

describe('option values', () => {
  it('reads back every count that it may take', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.maxSafeNat(), (minimum, count) => {
        if (count >= minimum) expect(parseCount(minimum)(String(count))).toBe(count);
        else expect(() => parseCount(minimum)(String(count))).toThrow(`at least ${minimum}`);
      }),
    );
  });

  it.each(['', ' ', '-1', '+1', '1e3', '0x10', '1.0', '9007199254740993', 'NaN'])(
    'refuses %j as a count',
    (text) => expect(() => parseCount()(text)).toThrow(`found '${text}'`),
  );

  it('reads back every finite number, and refuses the others', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        // `+ 0`: a negative zero is written without its sign.
        expect(parseNumber(String(value))).toBe(value + 0);
      }),
    );
    for (const text of ['', ' ', 'NaN', 'Infinity', '-Infinity', '1,5', 'a']) {
      expect(() => parseNumber(text)).toThrow(`found '${text}'`);
    }
  });

  it('reads numbers of a range, and names it otherwise', () => {
    expect(parseBetween(0, 1)('1')).toBe(1);
    expect(() => parseBetween(0, 1)('1.01')).toThrow("Expected a number from 0 to 1, found '1.01'.");
    expect(() => parseBetween(0)('-1e-9')).toThrow("Expected a number of at least 0, found '-1e-9'.");
    expect(() => parseBetween(0)('NaN')).toThrow("Expected a number, found 'NaN'.");
  });

  it('reads numbers above 0', () => {
    expect(parsePositive('1e-9')).toBe(1e-9);
    for (const text of ['0', '-0', '-1'])
      expect(() => parsePositive(text)).toThrow(`Expected a number above 0, found '${text}'.`);
    expect(() => parsePositive('Infinity')).toThrow("Expected a number, found 'Infinity'.");
  });

  it('takes the error of another parser for wrong usage', () => {
    const parse = parseBy((text) => {
      if (text !== 'right') throw new Error(`expected right, found ${text}`);
      return 7;
    });
    expect(parse('right')).toBe(7);
    expect(() => parse('wrong')).toThrow(InvalidArgumentError);
  });

  it('reads back every list', () => {
    fc.assert(
      fc.property(fc.array(fc.maxSafeNat(), { minLength: 1 }), (counts) => {
        expect(parseList(parseCount())(counts.join(', '))).toEqual(counts);
      }),
    );
  });

  it.each([
    ['40MB', 40e6],
    ['1.5 GiB', 1.5 * 2 ** 30],
    ['7', 7],
    ['0b', 0],
    ['2kb', 2000],
    ['0.3 B', 0],
  ])('reads %j as %s bytes', (text, bytes) => expect(parseBytes(text)).toBe(bytes));

  it.each(['', 'MB', '-1', '1 XB', '1..5MB', '4 parsecs', '1e3'])('refuses %j as bytes', (text) =>
    expect(() => parseBytes(text)).toThrow(`found '${text}'`),
  );
});

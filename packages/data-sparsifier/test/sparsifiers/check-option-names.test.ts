import { checkOptionNames } from '../../src/sparsifiers/check-option-names.js';

test.each([
  [
    'a similar name, whatever its notation',
    { sparsity_level: 1 },
    ['norm', 'sparsityLevel'],
    'sparsityLevel',
  ],
  ['a name with two letters replaced', { abxye: 1 }, ['zzzzz', 'abcde'], 'abcde'],
  ['the first of two names that are equally similar', { abcdx: 1 }, ['abcde', 'abcdf'], 'abcde'],
])('suggests %s', (_, given, known, suggested) => {
  const [unknown] = Object.keys(given);
  expect(() => checkOptionNames(given, known)).toThrow(
    new Error(`unknown option "${unknown}": did you mean ${suggested}?`),
  );
});

test('lists the options if none has a similar name', () => {
  expect(() => checkOptionNames({ abxyz: 1 }, ['abcde', 'norm'])).toThrow(
    new Error('unknown option "abxyz": expected one of abcde, norm'),
  );
});

test('takes known options', () => {
  expect(() => checkOptionNames({ norm: 'L1' }, ['norm', 'scope'])).not.toThrow();
});

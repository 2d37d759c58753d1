import { parseColumnChoice } from '../../../src/raw/rows/column-choice.js';

it('reads names, places, ranges and endings', () => {
  expect(parseColumnChoice('label=click numeric=price,7 categorical=2-4,hour[-2:],9[-1:]')).toEqual({
    label: { column: 'click' },
    numeric: [{ column: 'price' }, { column: 7 }],
    categorical: [
      { column: 2 },
      { column: 3 },
      { column: 4 },
      { column: 'hour', last: 2 },
      { column: 9, last: 1 },
    ],
    isLabelOptional: false,
  });
  expect(parseColumnChoice('categorical=a;label=b')).toMatchObject({ label: { column: 'b' }, numeric: [] });
});

it('knows the presets', () => {
  expect(parseColumnChoice('criteo-kaggle')).toBeUndefined();
  const avazu = parseColumnChoice('avazu')!;
  expect(avazu.categorical).toHaveLength(22);
  expect(avazu).toMatchObject({ label: { column: 'click' }, numeric: [], isLabelOptional: true });
});

it.each([
  ['avazoo', "Expected criteo-kaggle, avazu or label=... numeric=... categorical=..., found 'avazoo'."],
  ['label=a', 'Expected categorical=... with at least one column.'],
  ['label=a,b categorical=c', 'Expected one label, found 2.'],
  ['categorical=a categorical=b', "found 'categorical=b'."],
  ['numeric=hour[-2:] categorical=a', "Expected [-n:] at categorical columns only, found it at 'hour'."],
  ['label=3[-1:] categorical=a', "Expected [-n:] at categorical columns only, found it at '3'."],
  ['categorical=0', "Expected places of columns from 1, such as 5-9, found '0'."],
  ['categorical=5-2', "found '5-2'."],
  ['categorical=1-99999999', "found '1-99999999'."],
  ['categorical=a,,b', "Expected a column, found ''."],
])('refuses %s', (text, message) => expect(() => parseColumnChoice(text)).toThrow(message));

import { parseColumnChoice } from '../../../src/raw/rows/column-choice.js';
import { findRowForm } from '../../../src/raw/rows/find-row-form.js';

const integers = Array.from({ length: 13 }, (_, index) => `I${index + 1}`);
const categories = Array.from({ length: 26 }, (_, index) => `C${index + 1}`);
const row = ['1', ...integers.map(() => '5'), ...categories.map(() => '68fd1e64')];
const find = (line: string, columns?: string) =>
  findRowForm({
    start: Buffer.from(`${line}\n`),
    name: 'rows.txt',
    columns: columns === undefined ? undefined : parseColumnChoice(columns),
  });
const range = (start: number, length: number) => Array.from({ length }, (_, index) => start + index);

it('knows Criteo rows with and without labels', () => {
  expect(find(row.join('\t'))).toMatchObject({
    form: { parser: 'criteo', fields: 40, label: 0, integers: range(1, 13) },
    headerBytes: 0,
    notes: [],
  });
  const { form, notes } = find(row.slice(1).join('\t'));
  expect(form).toMatchObject({ parser: 'criteo', fields: 39, integers: range(0, 13) });
  expect(form.label).toBeUndefined();
  expect(form.names[0]).toBe('I1');
  expect(notes).toEqual([
    'rows.txt: rows of 39 fields without a label: the npz gets no y, and only prediction takes it',
  ]);
});

it.each(['label', 'click', 'Target'])('passes over a header with the label %s', (label) => {
  const header = [label, ...integers, ...categories].join('\t');
  expect(find(header)).toMatchObject({
    form: { parser: 'criteo', label: 0 },
    headerBytes: header.length + 1,
    notes: ['rows.txt: line 1 is a header'],
  });
});

it('takes the columns by the names of a header, wherever they are', () => {
  const names = ['id', ...categories.toReversed(), 'label', ...integers];
  const { form } = find(names.join(','));
  expect(form).toMatchObject({ parser: 'columns', separator: ',', fields: 41, label: 27 });
  expect(form.integers).toEqual(range(28, 13));
  expect(form.categories.map(({ field }) => form.names[field])).toEqual(categories);
  const withoutLabel = find(['id', ...integers, ...categories].join(',')).form;
  expect(withoutLabel.label).toBeUndefined();
  expect(withoutLabel.integers).toEqual(range(1, 13));
});

it('passes over a header of other names by places, and takes hex digits for none', () => {
  const header = row.map((_, field) => `column_${field}`);
  expect(find(header.join('\t')).headerBytes).toBeGreaterThan(0);
  const missing = ['', ...Array<string>(13).fill(''), ...categories.map(() => 'abcdefab')];
  expect(find(missing.join('\t')).headerBytes).toBe(0);
  // No header: the error comes from the row.
  expect(find(row.with(3, 'abc').join('\t')).headerBytes).toBe(0);
});

it.each([
  [',', 'commas'],
  [';', 'semicolons'],
  ['|', 'bars'],
])('knows rows with %s', (separator, word) => {
  expect(find(row.join(separator))).toMatchObject({
    form: { parser: 'columns', separator, label: 0, categoryValues: 'hex' },
    notes: [`rows.txt: ${word} between the fields`],
  });
});

it('names the text whose first line has a quote where none can stand, without repeating the line', () => {
  const line = `a${'x'.repeat(1000)}"b,c`;
  expect(() => find(line)).toThrow(
    /^rows\.txt: line 1: expected fields in quotes that are closed on their line, found Invalid Opening Quote[^\n]{0,60}$/,
  );
});

it('knows fields in quotes', () => {
  expect(find(row.map((field) => `"${field}"`).join('\t')).form).toMatchObject({
    parser: 'columns',
    separator: '\t',
    fields: 40,
  });
});

describe('with chosen columns', () => {
  it('finds them by name and by place', () => {
    const line = 'id,click,hour,price';
    expect(find(line, 'label=click numeric=price categorical=hour[-2:],1').form).toMatchObject({
      parser: 'columns',
      label: 1,
      integers: [3],
      categories: [{ field: 2, last: 2 }, { field: 0 }],
      categoryValues: 'text',
    });
    expect(find('7,1,14102100,30', 'label=2 numeric=4 categorical=3')).toMatchObject({
      headerBytes: 0,
      form: { names: ['1', '2', '3', '4'] },
    });
    expect(find(line, 'label=2 numeric=4 categorical=3').headerBytes).toBe(line.length + 1);
    expect(find(line, 'categorical=3-4').form.label).toBeUndefined();
  });

  it.each(['2', '', '-1', '0.5'])('takes a line with the wrong label "%s" for a row', (label) => {
    expect(find(`${label},5,abc`, 'label=1 numeric=2 categorical=3').headerBytes).toBe(0);
  });

  it('names a column that is there twice', () => {
    expect(() => find('click,site,site', 'label=click categorical=site')).toThrow(
      'rows.txt: line 1: expected one column "site", found several; name its place',
    );
    expect(find('click,site,site', 'label=click categorical=3').form.categories).toEqual([{ field: 2 }]);
  });

  it('names a column that is not there', () => {
    expect(() => find('id,click', 'label=click categorical=site')).toThrow(
      'rows.txt: line 1: expected a header with the column "site", found id, click',
    );
    expect(() => find('id,click', 'label=click categorical=3')).toThrow(
      'rows.txt: line 1: expected at least 3 fields, found 2',
    );
  });

  it('takes the rows of Avazu that are to be predicted', () => {
    const names = parseColumnChoice('avazu')!.categorical.map(({ column }) => column);
    const { form } = find(['id', ...names].join(','), 'avazu');
    expect(form.label).toBeUndefined();
    expect(form.categories[0]).toEqual({ field: 1, last: 2 });
    expect(find(['id', 'click', ...names].join(','), 'avazu').form.label).toBe(1);
  });
});

import { crc32, inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { fieldName } from '../../../src/criteo-columns.js';
import { parsePiece } from '../../../src/preprocess/pieces/parse-piece.js';

const integers = Array<string>(13).fill('1234567');
const categories = Array<string>(26).fill('0123abCD');
const row = ['1', ...integers, ...categories];
const parse = (...lines: string[]) =>
  parsePiece({ text: Uint8Array.from(Buffer.from(lines.join(''), 'latin1')) });
const lineOf = (fields: readonly string[]) => `${fields.join('\t')}\n`;
const good = lineOf(row);
const endOfStream = Uint8Array.of(0x03, 0x00);

/** `text` with each byte but those that `isGood`, tabs and newlines, at each place. */
function* spoilt(text: string, isGood: (letter: string) => boolean): Generator<string> {
  for (let byte = 0; byte < 256; byte++) {
    const letter = String.fromCharCode(byte);
    if (letter === '\t' || letter === '\n' || isGood(letter)) continue;
    for (let place = 0; place < text.length; place++) {
      yield text.slice(0, place) + letter + text.slice(place + 1);
    }
  }
}

it.each([14, 17, 18, 31, 38, 39])('refuses any other byte among the hex digits of field %s', (field) => {
  const isLast = field === 39;
  for (const wrong of spoilt('0123abCD', (letter) => /[0-9a-fA-F]/.test(letter))) {
    // A carriage return before the newline is none of the field's.
    if (isLast && wrong.endsWith('\r')) continue;
    expect(parse(good, lineOf(row.with(field, wrong)), good)).toMatchObject({
      line: 1,
      field: fieldName(field),
    });
  }
});

it.each([1, 2, 4, 5, 12, 13])('refuses any other byte among the digits of field %s', (field) => {
  for (const digits of ['7', '12', '1234567', '12345678']) {
    for (const wrong of spoilt(digits, (letter) => /\d/.test(letter))) {
      if (/^-\d+$/.test(wrong)) continue;
      expect(parse(good, lineOf(row.with(field, wrong)), good)).toMatchObject({
        line: 1,
        field: fieldName(field),
      });
    }
  }
});

it('refuses lines of too many and too few fields that have the right number together', () => {
  const expected = '40 tab-separated fields';
  for (const fields of [1, 20, 39, 41, 60]) {
    const both = [...row, ...row];
    const lines = [both.slice(0, fields), both.slice(fields)].map(lineOf);
    expect(parse(good, ...lines, good)).toEqual({ line: 1, expected, found: `${fields}` });
  }
  expect(parse(good, lineOf(row.slice(0, 20)), lineOf(row.slice(20)), good)).toMatchObject({
    line: 1,
    expected,
  });
  expect(parse(good, `${row.join('\t')}\t${good}`)).toMatchObject({ line: 1, expected, found: '80' });
});

it('parses rows at any distance from what is looked at together', () => {
  const short = lineOf(['0', ...Array<string>(39).fill('')]);
  for (let rows = 0; rows < 70; rows++) {
    const parsed = parse(...Array<string>(rows).fill(short), ...Array<string>(30).fill(good));
    expect(parsed).toMatchObject({ rows: rows + 30, distinctCounts: Array(26).fill(rows > 0 ? 2 : 1) });
  }
});

it('deflates the integers and labels, runs of the same ones too', () => {
  const integer = fc.oneof(fc.nat(3), fc.nat(300), fc.nat(2 ** 18), fc.nat(2 ** 31 - 1));
  const run = fc.tuple(
    fc.constantFrom(0, 1),
    fc.oneof(
      fc.array(integer, { minLength: 13, maxLength: 13 }),
      integer.map((value) => Array<number>(13).fill(value)),
    ),
    fc.integer({ min: 1, max: 60 }),
  );
  fc.assert(
    fc.property(fc.array(run, { minLength: 1, maxLength: 20 }), (runs) => {
      const rows = runs.flatMap(([label, values, length]) =>
        Array.from({ length }, () => ({ label, values })),
      );
      const parsed = parse(
        ...rows.map(({ label, values }) => lineOf([label, ...values, ...categories].map(String))),
      );
      if (!('rows' in parsed)) throw new Error('not parsed');
      const { parts, bytes } = parsed.integersAndLabels;
      const arrays = [rows.flatMap(({ values }) => values), rows.map(({ label }) => label)];
      let start = 0;
      arrays.forEach((values, array) => {
        const expected = Buffer.from(Int32Array.from(values).buffer);
        const { size, crc, compressedSize } = parts[array]!;
        const deflated = bytes.subarray(start, (start += compressedSize));
        expect(inflateRawSync(Buffer.concat([deflated, endOfStream])).equals(expected)).toBe(true);
        expect({ size, crc }).toEqual({ size: expected.length, crc: crc32(expected) });
      });
    }),
  );
});

import fc from 'fast-check';
import { parseSmallJson } from '../../src/safetensors/parse-small-json.js';

const parse = (text: string, deepest = 3) => parseSmallJson(Buffer.from(text), { deepest, bytesPerPart: 16 });

test('any JSON that is small and not deep is parsed as by JSON.parse', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 2 }), (value) => {
      expect(parse(JSON.stringify(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

test('values may be nested as deep as is said, one beside another, and no deeper', () => {
  expect(parse('[[[1]],[[2]],{"a":{}}]')).toEqual([[[1]], [[2]], { a: {} }]);
  for (const text of ['[[[[1]]]]', '{"a":{"b":{"c":{}}}}', '[{"a":[{}]}]']) {
    expect(() => parse(text)).toThrow('its values are nested more than 3 deep');
  }
});

test('brackets in texts are texts, and a quote after a backslash does not end one', () => {
  for (const name of ['[[[[[', '}}', '"[[[[', '\\', '\\"{{{{', '\\\\"[[[[']) {
    const value = { [name]: [name] };
    expect(parse(JSON.stringify(value), 2)).toEqual(value);
  }
  // After the text that ends with a backslash, brackets count again.
  expect(() => parse('{"\\\\":[[1]]}', 2)).toThrow('nested more than 2 deep');
});

test('as many objects and arrays as the text has room for are parsed, and 100,000 more', () => {
  // Of 3 bytes each, less 2 in all.
  const text = (parts: number) =>
    `[${Array(parts - 1)
      .fill('[]')
      .join()}]`;
  const most = Math.floor((100_000 * 16 - 2) / (16 - 3));
  expect(parse(text(most))).toHaveLength(most - 1);
  expect(() => parse(text(most + 1))).toThrow(
    `it has ${most + 1} objects and arrays in ${text(most + 1).length} bytes`,
  );
});

test.each([
  ['a bracket that is not closed', Buffer.from('[1')],
  ['a text that is not closed', Buffer.from('"a')],
  ['a text that ends with a backslash', Buffer.from('"a\\')],
  ['another bracket closed', Buffer.from('[1}')],
  ['a closed bracket first', Buffer.from(']')],
  ['no UTF-8', Buffer.from([0x22, 0xff, 0x22])],
  ['nothing', Buffer.alloc(0)],
])('%s is not valid JSON', (_, bytes) => {
  expect(() => parseSmallJson(bytes, { deepest: 3, bytesPerPart: 16 })).toThrow(/^not valid JSON$/);
});

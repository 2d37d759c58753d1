import fc from 'fast-check';
import { errorLine } from '../src/error-line.js';

test('a message of several lines is one line', () => {
  expect(errorLine('a.csv, line 3:\n   expected a number')).toBe('a.csv, line 3: expected a number');
});

test('control characters are escaped, other writing is not', () => {
  expect(errorLine('model.ckpt: emb\u001b[31m.\u0007\u009b größe')).toBe(
    'model.ckpt: emb\\u001b[31m.\\u0007\\u009b größe',
  );
});

test('of a long message its start and its end are kept', () => {
  const line = errorLine(`model.ckpt: ${'x'.repeat(5000)}: expected 3, found 4`);
  expect(line).toMatch(/^model\.ckpt: x+ \.\.\. x+: expected 3, found 4$/);
  expect(line).toHaveLength(300);
});

test('any text becomes a line of at most 300 characters without control characters', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 2000 }), (text) => {
      const line = errorLine(text);
      // eslint-disable-next-line no-control-regex -- there are to be none
      expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
      expect([...line].length).toBeLessThanOrEqual(300);
    }),
  );
});

import { PickleReader } from '../../src/pickle/pickle-reader.js';

it('reads texts in UTF-8, and refuses others, as Python does', () => {
  const text = Buffer.from('emb_ä.0');
  expect(new PickleReader(text).utf8(text.length)).toBe('emb_ä.0');
  // Not in the middle of a character.
  expect(() => new PickleReader(text).utf8(5)).toThrow(
    'the pickle cannot be read at byte 0: expected a text in UTF-8',
  );
  expect(() => new PickleReader(Buffer.from([0x61, 0xec, 0x0a])).line()).toThrow('expected a text in UTF-8');
});

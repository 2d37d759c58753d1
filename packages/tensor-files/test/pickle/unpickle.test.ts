import { PickleWriter } from '../../src/pickle/pickle-writer.js';
import { unpickle } from '../../src/pickle/unpickle.js';

const meaning = { findGlobal: () => undefined, persistentLoad: (id: unknown) => id };
/** A pickle of protocol 2 with these opcodes: characters for bytes, as in pickletools.py. */
const read = (opcodes: string) => unpickle(Buffer.from(`\x80\x02${opcodes}.`, 'latin1'), meaning);

// The meanings are those of Python's pickletools.py.
test.each<[string, string, unknown]>([
  ['NONE', 'N', null],
  ['NEWTRUE', '\x88', true],
  ['NEWFALSE', '\x89', false],
  ['BININT1', 'K\xff', 255],
  ['BININT2', 'M\x01\xff', 0xff01],
  ['BININT', 'J\x00\x00\x00\x80', -(2 ** 31)],
  ['LONG1 of no bytes', '\x8a\x00', 0],
  ['LONG1, negative', '\x8a\x02\xfe\xff', -2],
  ['LONG1 past 2^53', '\x8a\x08\x01\x00\x00\x00\x00\x00\x00\x10', 2n ** 60n + 1n],
  ['LONG1 of 64 bytes', `\x8a\x40${'\xff'.repeat(64)}`, -1],
  ['LONG4', '\x8b\x01\x00\x00\x00\x80', -128],
  ['BINFLOAT', 'G\x3f\xf8\x00\x00\x00\x00\x00\x00', 1.5],
  ['BINUNICODE', 'X\x02\x00\x00\x00\xc3\xa4', 'ä'],
  ['SHORT_BINUNICODE', '\x8c\x01a', 'a'],
  ['BINUNICODE8', '\x8d\x01\x00\x00\x00\x00\x00\x00\x00a', 'a'],
  ['BINUNICODE of the replacement character', 'X\x03\x00\x00\x00\xef\xbf\xbd', '\ufffd'],
  ['BINSTRING', 'T\x01\x00\x00\x00\xe4', 'ä'],
  ['SHORT_BINSTRING', 'U\x02ab', 'ab'],
  ['BINBYTES', 'B\x01\x00\x00\x00\xff', Uint8Array.of(255)],
  ['SHORT_BINBYTES', 'C\x02ab', Uint8Array.of(97, 98)],
  ['BINBYTES8', '\x8e\x01\x00\x00\x00\x00\x00\x00\x00a', Uint8Array.of(97)],
  ['BYTEARRAY8', '\x96\x01\x00\x00\x00\x00\x00\x00\x00a', Uint8Array.of(97)],
  ['POP', 'K\x01K\x020', 1],
  ['POP_MARK', 'K\x01(K\x02K\x031', 1],
  ['DUP', 'K\x052\x86', [5, 5]],
  ['EMPTY_TUPLE', ')', []],
  ['TUPLE', 'K\x01(K\x02K\x03t\x86', [1, [2, 3]]],
  ['LIST', '(K\x02K\x03l', [2, 3]],
  ['TUPLE1', 'K\x01\x85', [1]],
  ['TUPLE2', 'K\x01K\x02\x86', [1, 2]],
  ['TUPLE3', 'K\x01K\x02K\x03\x87', [1, 2, 3]],
  ['APPEND', ']K\x01aK\x02a', [1, 2]],
  ['APPENDS', ']K\x01a(K\x02K\x03e', [1, 2, 3]],
  ['DICT', '(K\x01K\x02d', new Map([[1, 2]])],
  ['SETITEM', '}K\x01K\x02s', new Map([[1, 2]])],
  [
    'SETITEMS',
    '}(K\x01K\x02K\x03K\x04u',
    new Map(Object.entries({ 1: 2, 3: 4 }).map(([key, value]) => [Number(key), value])),
  ],
  ['BINPUT and BINGET', 'K\x01q\x070K\x02h\x07\x86', [2, 1]],
  ['LONG_BINPUT and LONG_BINGET', 'K\x01r\x00\x01\x00\x000K\x02j\x00\x01\x00\x00\x86', [2, 1]],
  ['MEMOIZE', 'K\x01\x940K\x02\x94h\x00\x86', [2, 1]],
  ['BINPERSID', 'K\x09Q', 9],
])('%s', (_, opcodes, expected) => {
  expect(read(opcodes)).toEqual(expected);
});

test.each([
  ['items on a list', ']K\x01K\x02s', 'items are set on a value that is not a dict'],
  ['a key without a value', '}(K\x01u', 'a dict key has no value'],
  ['values appended to a dict', '}K\x01a', 'values are appended to a value that is not a list'],
  ['a global whose name is a number', 'K\x01K\x02\x93', 'a global has no name'],
  ['a global whose module is a number', 'K\x01\x8c\x01a\x93', 'a global has no name'],
  ['a global of one line', 'ca', 'a line has no end'],
  ['an integer of -1 bytes', '\x8b\xff\xff\xff\xff', 'expected an integer of at most 64 bytes, found -1'],
  ['an integer of 65 bytes', `\x8a\x41${'\x00'.repeat(65)}`, 'at most 64 bytes, found 65'],
  ['an empty stack to look at', '2', 'nothing is on the stack'],
  ['items added to a list', '](K\x01\x90', 'items are added to a value that is not a set'],
])('%s: refused', (_, opcodes, message) => {
  expect(() => read(opcodes)).toThrow(message);
});

test.each([0, 1, 2 ** 31 - 1, 2 ** 31, 2 ** 32 + 5, 2 ** 53 - 1])(
  'the integer %i is written so that it is read',
  (value) => {
    const pickle = new PickleWriter();
    pickle.integer(value);
    expect(unpickle(pickle.finish(), meaning)).toBe(value);
  },
);

test('what is written is of protocol 2, and truth values are themselves', () => {
  const pickle = new PickleWriter();
  pickle.tuple([() => pickle.boolean(true), () => pickle.boolean(false), () => pickle.string('ä')]);
  expect([...pickle.finish().subarray(0, 2)]).toEqual([0x80, 2]);
  expect(unpickle(pickle.finish(), meaning)).toEqual([true, false, 'ä']);
});

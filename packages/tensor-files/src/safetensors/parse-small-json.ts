const openers = [0x7b, 0x5b]; // { [
const closers = [0x7d, 0x5d]; // } ]
const quote = 0x22;
const backslash = 0x5c;

/**
 * Parses JSON that a file brings along, once it is certain that the values take about as much memory as text: objects and
 * arrays take 60 bytes each, a text only 2, and what is nested without end overflows the stack of who walks over it.
 *
 * @throws Error saying what it is not.
 */
export function parseSmallJson(
  bytes: Uint8Array,
  {
    deepest,
    bytesPerPart,
  }: {
    /** How deep objects and arrays may be nested. */
    deepest: number;
    /** The mean length of the text of an object or array that is expected at the least. */
    bytesPerPart: number;
  },
): unknown {
  let parts = 0;
  let depth = 0;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!;
    if (byte === quote) {
      for (i++; i < bytes.length && bytes[i] !== quote; i++) if (bytes[i] === backslash) i++;
    } else if (openers.includes(byte)) {
      parts++;
      if (++depth > deepest)
        throw new Error(`not as expected: its values are nested more than ${deepest} deep`);
    } else if (closers.includes(byte)) {
      depth--;
    }
  }
  if (parts * bytesPerPart > bytes.length + freeParts * bytesPerPart) {
    throw new Error(`not as expected: it has ${parts} objects and arrays in ${bytes.length} bytes`);
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw new Error('not valid JSON', { cause: error });
  }
}

const freeParts = 100_000;

/** A value in an error. */
export function shortly(value: unknown): string {
  if (Array.isArray(value)) {
    const some = value
      .slice(0, 8)
      .map((part) => (typeof part === 'object' && part !== null ? '...' : shortly(part)));
    return `[${some.join(',')}${value.length > some.length ? ',...' : ''}]`;
  }
  if (typeof value === 'object' && value !== null) return '{...}';
  return String(JSON.stringify(value)).slice(0, 60);
}

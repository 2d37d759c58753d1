const openers = [0x7b, 0x5b]; // { [
const closers = [0x7d, 0x5d]; // } ]
const quote = 0x22;
const backslash = 0x5c;

/**
 * Parses JSON from an untrusted file, after checking that its values take about as much memory as its text: an object or array
 * takes 60 bytes, but its text as few as 2, and deep nesting overflows the stack of code that walks the values.
 *
 * @throws Error without the name of the file, such as "not valid JSON".
 */
export function parseSmallJson(
  bytes: Uint8Array,
  {
    deepest,
    bytesPerPart,
  }: {
    /** Maximum nesting depth of objects and arrays. */
    deepest: number;
    /** Minimum mean length of the text of an object or array. */
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

/** A value for an error message, shortened. */
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

/** How a text is encoded, and the bytes of its byte order mark. */
export interface TextEncoding {
  id: 'utf-8' | 'utf-16le' | 'utf-16be';
  markBytes: number;
}

/** Tells UTF-16 from the rest, which is UTF-8 or ASCII, by a byte order mark or the zeros of its first letters. */
export function encodingOf(start: Uint8Array): TextEncoding {
  const [first, second, third, fourth] = start;
  if (first === 0xef && second === 0xbb && third === 0xbf) return { id: 'utf-8', markBytes: 3 };
  if (first === 0xff && second === 0xfe) return { id: 'utf-16le', markBytes: 2 };
  if (first === 0xfe && second === 0xff) return { id: 'utf-16be', markBytes: 2 };
  if (first && second === 0 && third && fourth === 0) return { id: 'utf-16le', markBytes: 0 };
  if (first === 0 && second && third === 0 && fourth) return { id: 'utf-16be', markBytes: 0 };
  return { id: 'utf-8', markBytes: 0 };
}

/** The same text in UTF-8, without its byte order mark. */
export async function* inUtf8(
  bytes: AsyncIterable<Uint8Array>,
  { id, markBytes }: TextEncoding,
): AsyncGenerator<Uint8Array> {
  let toSkip = markBytes;
  const decoder = id === 'utf-8' ? undefined : new TextDecoder(id, { ignoreBOM: true, fatal: true });
  for await (const piece of bytes) {
    const rest = piece.subarray(Math.min(toSkip, piece.length));
    toSkip -= piece.length - rest.length;
    yield decoder ? Buffer.from(decoder.decode(rest, { stream: true })) : rest;
  }
  if (decoder) yield Buffer.from(decoder.decode());
}

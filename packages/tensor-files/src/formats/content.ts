import { openZip, type ByteSource } from '@ds/files';
import type { Content, Format } from './format.js';
import { formats } from './formats.js';

/**
 * Reads as much of a source as is needed to recognise its format.
 *
 * @throws Error naming the source if it starts like a zip archive but cannot be read as one.
 */
export async function openContent(source: ByteSource): Promise<Content> {
  const bytes = new Uint8Array(Math.min(16, source.size));
  await source.readInto(bytes, 0);
  const start = Buffer.from(bytes).toString('latin1');
  const isZip = start.startsWith('PK\x03\x04') || start.startsWith('PK\x05\x06');
  return { source, start, zip: isZip ? await openZip(source) : undefined };
}

/** The format of a content, if it is one of ours, and its description for messages. */
export function recognise(content: Content): { format?: Format; title: string } {
  const format = formats.find((known) => known.sniff(content));
  if (format) return { format, title: format.title };
  return { title: content.zip ? 'another kind of zip archive' : otherTitle(content.start) };
}

/** @throws Error that says what the file is instead. */
export function expectFormat(content: Content, expected: Format): void {
  const { format, title } = recognise(content);
  if (format === expected || (title === unknown && !expected.hasSignature)) return;
  throw new Error(`${content.source.name}: expected ${expected.title}, found ${title}`);
}

const unknown = 'a file of another kind';

/** Describes a file that is not one of our formats. */
function otherTitle(start: string): string {
  if (start === '') return 'an empty file';
  // 0x1950a86a20f9469cfc6c, the first thing in every file of torch.save before 1.6
  if (start.startsWith('\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19')) {
    return "a file in PyTorch's legacy format (before 1.6): load it in PyTorch and save it again with torch.save";
  }
  if (start[0] === '\x80' && start.charCodeAt(1) <= 5) return 'a bare Python pickle';
  if (start.startsWith('\x93NUMPY')) return 'a single npy array';
  if (start.startsWith('\x1f\x8b')) return 'a gzip file';
  return unknown;
}

import { totalmem } from 'node:os';
import { memorySource, type ByteSource, type ZipArchive, type ZipEntry } from '@ds/files';
import { expectFormat, openContent, recognise } from '../formats/content.js';
import type { Content, Format } from '../formats/format.js';
import { checkpointExtensions, formatOfPath } from '../formats/formats.js';

/**
 * Unpacks the single checkpoint in a zip archive, such as bench-disk writes. A stored checkpoint is read in place; a
 * deflated one is inflated into memory in pieces, so that it may exceed the size of one array.
 *
 * @throws Error naming the archive if it does not contain exactly one checkpoint, or one that is too large for memory.
 */
export async function openPackedCheckpoint(
  archive: ByteSource,
): Promise<{ format: Format; content: Content }> {
  const outer = await openContent(archive);
  const { zip } = outer;
  const found = recognise(outer);
  if (!zip) throw new Error(`${archive.name}: expected a zip archive, found ${found.title}`);
  if (found.format) {
    throw new Error(
      `${zip.name}: expected a zip archive that holds a checkpoint, found ${found.title} itself: ` +
        `call it ${found.format.extensions[0]}`,
    );
  }
  const entry = onlyCheckpoint(zip);
  const format = formatOfPath(entry.name)!;
  // An entry that is read in place is first read once to detect damage.
  if (entry.compression === 'stored') await zip.check(entry);
  const source = entry.compression === 'stored' ? zip.source(entry) : await unpackToMemory(zip, entry);
  const content = await openContent(source);
  expectFormat(content, format);
  return { format, content };
}

function onlyCheckpoint(zip: ZipArchive): ZipEntry {
  const found = [...zip.entries.values()].filter(({ name }) => formatOfPath(name));
  const [entry] = found;
  if (!entry || found.length > 1) {
    const names = found.slice(0, 5).map(({ name }) => `"${name}"`);
    throw new Error(
      `${zip.name}: expected exactly one checkpoint (${checkpointExtensions}) in the archive, ` +
        `found ${found.length === 0 ? 'none' : `${found.length}: ${names.join(', ')}`}`,
    );
  }
  if (entry.size > totalmem()) {
    throw new Error(
      `${zip.name}: the entry "${entry.name}" claims ${entry.size} bytes, more than the ${totalmem()} of this ` +
        "machine's memory",
    );
  }
  return entry;
}

async function unpackToMemory(zip: ZipArchive, entry: ZipEntry): Promise<ByteSource> {
  const pieces: Uint8Array[] = [];
  // Pruned models are mostly zeros, which then take no memory.
  const zeros = Buffer.alloc(1 << 20);
  for await (const piece of zip.read(entry)) {
    const sameLength = zeros.subarray(0, piece.length);
    pieces.push(sameLength.equals(piece) ? sameLength : piece);
  }
  return memorySource(`${zip.name}: ${entry.name}`, pieces);
}

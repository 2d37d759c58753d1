import { totalmem } from 'node:os';
import { memorySource, type ByteSource, type ZipArchive, type ZipEntry } from '@ds/files';
import { expectFormat, openContent, recognise } from './content.js';
import type { Content, Format } from './format.js';
import { checkpointExtensions, formatOfPath } from './formats.js';

/**
 * Unpacks the one checkpoint of a zip archive, as bench-disk writes them. Stored ones are read in place, others
 * inflated into memory in pieces, so that they may exceed the size of one array.
 *
 * @throws Error naming the archive when it does not hold exactly one checkpoint, or one too large for memory.
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
  // What is read in place is read once before, so that damage is known.
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
  // Pruned models are mostly zeros, which take no memory this way.
  const zeros = Buffer.alloc(1 << 20);
  for await (const piece of zip.read(entry)) {
    const sameLength = zeros.subarray(0, piece.length);
    pieces.push(sameLength.equals(piece) ? sameLength : piece);
  }
  return memorySource(`${zip.name}: ${entry.name}`, pieces);
}

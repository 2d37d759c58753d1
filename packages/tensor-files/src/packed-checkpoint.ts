import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir, totalmem } from 'node:os';
import { basename, join } from 'node:path';
import {
  appendTo,
  fileSource,
  memorySource,
  openZip,
  writeWhole,
  type ByteSource,
  type ZipArchive,
  type ZipEntry,
} from '@ds/files';
import {
  archiveContent,
  checkpointExtensions,
  checkpointFormat,
  checkStart,
  formatTitles,
  type OpenCheckpoint,
} from './checkpoint-format.js';

/**
 * Unpacks the one checkpoint of a zip archive, as bench-disk writes them. Stored ones are read in place, others
 * inflated into memory in pieces, so that they may exceed the size of one array.
 *
 * @throws Error naming the archive when it does not hold exactly one checkpoint, or one too large for memory.
 */
export async function openPackedCheckpoint(archive: ByteSource): Promise<OpenCheckpoint> {
  await checkStart(archive, 'zip', 'a zip archive');
  const zip = await openZip(archive);
  const content = archiveContent(zip);
  if (content !== 'other') {
    throw new Error(
      `${zip.name}: expected a zip archive that holds a checkpoint, found ${formatTitles[content]} itself: ` +
        `call it .${content}`,
    );
  }
  const found = [...zip.entries.values()].filter(({ name }) => checkpointFormat(name));
  if (found.length !== 1) {
    const names = found.slice(0, 5).map(({ name }) => `"${name}"`);
    throw new Error(
      `${zip.name}: expected exactly one checkpoint (${checkpointExtensions}) in the archive, ` +
        `found ${found.length === 0 ? 'none' : `${found.length}: ${names.join(', ')}`}`,
    );
  }
  const entry = found[0]!;
  if (entry.size > totalmem()) {
    throw new Error(
      `${zip.name}: the entry "${entry.name}" claims ${entry.size} bytes, more than the ${totalmem()} of this ` +
        "machine's memory",
    );
  }
  const format = checkpointFormat(entry.name)!;
  if (format === 'npz') return unpackToDisk(zip, entry);
  const source = entry.compression === 'stored' ? zip.source(entry) : await unpackToMemory(zip, entry);
  return { format, source, path: source.name, close: () => source.close() };
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

async function unpackToDisk(zip: ZipArchive, entry: ZipEntry): Promise<OpenCheckpoint> {
  const folder = await mkdtemp(join(tmpdir(), 'checkpoint-'));
  try {
    const path = join(folder, basename(entry.name));
    await writeWhole(path, async (file) => {
      const append = appendTo(file);
      for await (const piece of zip.read(entry)) await append(piece);
    });
    const source = { ...(await fileSource(path)), name: `${zip.name}: ${entry.name}` };
    return {
      format: 'npz',
      source,
      path,
      close: async () => {
        await source.close();
        await rm(folder, { recursive: true });
      },
    };
  } catch (error) {
    await rm(folder, { recursive: true });
    throw error;
  }
}

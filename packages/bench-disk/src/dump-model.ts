import { appendTo, writeWhole, ZipWriter, type DeflatedBlocks } from '@ds/files';
import { availableThreads } from '@ds/threads';

/**
 * Writes a zip that holds one checkpoint, deflated (zlib level 6, as Python's zipfile does) while it is made,
 * on several threads. The same model gives the same bytes.
 *
 * @returns the size of the zip in bytes
 * @throws Error naming `path` when it cannot be written.
 */
export async function dumpModel({
  path,
  entryName,
  checkpoint,
  threads = availableThreads(),
  reused,
}: {
  path: string;
  /** Name of the checkpoint inside the zip. */
  entryName: string;
  /** The bytes of the checkpoint, as they are made. */
  checkpoint: AsyncIterable<Uint8Array>;
  threads?: number;
  /** Blocks that models share, so that each is deflated once. */
  reused?: DeflatedBlocks;
}): Promise<number> {
  let bytes = 0;
  await writeWhole(path, async (file) => {
    const append = appendTo(file);
    const zip = new ZipWriter(async (piece) => {
      bytes += piece.length;
      await append(piece);
    });
    // Twice as many blocks as threads are on their way, so that no thread waits while one is written.
    await zip.addDeflated(entryName, checkpoint, { threads: 2 * threads, reused });
    await zip.finish();
  });
  return bytes;
}

import { appendTo, writeError, ZipWriter, type KnownBlocks } from '@ds/files';
import { metadataComment, type CheckpointMetadata } from '@ds/tensor-files';

/**
 * Writes a zip that holds one checkpoint, deflated on several threads while it is made: nearly as small as at zlib's
 * level 6, which Python's zipfile takes. The same model gives the same bytes.
 *
 * @returns the size of the zip in bytes
 * @throws Error naming `path` when it cannot be written.
 */
export async function dumpCheckpoint({
  path,
  descriptor,
  entryName,
  checkpoint,
  metadata,
  threads,
  known,
}: {
  /** What errors call the zip. */
  path: string;
  /** Number of the open file that it is written to. */
  descriptor: number;
  /** Name of the checkpoint inside the zip. */
  entryName: string;
  /** The bytes of the checkpoint, as they are made. */
  checkpoint: AsyncIterable<Uint8Array>;
  /** What the comment of the zip says of it. */
  metadata: CheckpointMetadata;
  threads: number;
  /** Blocks of checkpoints that end alike. */
  known?: KnownBlocks | undefined;
}): Promise<number> {
  let bytes = 0;
  const append = appendTo(descriptor);
  const zip = new ZipWriter(async (piece) => {
    bytes += piece.length;
    await append(piece);
  });
  try {
    // Twice as many blocks as threads are on their way, so that no thread waits while one is written.
    await zip.addDeflated(entryName, checkpoint, { threads: 2 * threads, known });
    await zip.finish({ comment: metadataComment(metadata) });
  } catch (error) {
    throw writeError(path, error);
  }
  return bytes;
}

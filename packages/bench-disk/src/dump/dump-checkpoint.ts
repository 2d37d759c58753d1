import { appendTo, writeError, ZipWriter, type KnownBlocks } from '@ds/files';
import { metadataComment, type CheckpointMetadata } from '@ds/tensor-files';

/**
 * Writes a zip of one checkpoint, deflated on several threads while it is generated. It is nearly as small as at zlib's
 * level 6, the default of Python's zipfile. The same model gives the same bytes, written or only counted.
 *
 * @returns the size of the zip in bytes
 * @throws Error naming the zip if it cannot be written.
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
  /** The path of the zip, for errors; undefined if there is none. */
  path: string | undefined;
  /** File descriptor of the open zip; undefined to only count its bytes. */
  descriptor: number | undefined;
  /** Name of the checkpoint inside the zip. */
  entryName: string;
  /** The bytes of the checkpoint, generated on demand. */
  checkpoint: AsyncIterable<Uint8Array>;
  /** Written to the comment of the zip. */
  metadata: CheckpointMetadata;
  threads: number;
  /** Deflated blocks of checkpoints with a common end. */
  known?: KnownBlocks | undefined;
}): Promise<number> {
  let bytes = 0;
  const append = descriptor === undefined ? undefined : appendTo(descriptor);
  const zip = new ZipWriter(async (piece) => {
    bytes += piece.length;
    await append?.(piece);
  });
  try {
    // Twice as many blocks in flight as threads, so that no thread waits while a block is written.
    await zip.addDeflated(entryName, checkpoint, { threads: 2 * threads, known });
    await zip.finish({ comment: metadataComment(metadata) });
  } catch (error) {
    throw path === undefined ? error : writeError(path, error);
  }
  return bytes;
}

import { fileSource, openZip } from '@ds/files';
import { metadataFromComment, type CheckpointMetadata } from './checkpoint-metadata.js';

/**
 * What the comment of a zip archive says of the checkpoint that is packed in it, as `metadataComment` writes it. Only the
 * directory of the archive is read.
 *
 * @throws Error naming the file when it cannot be read or is no zip archive.
 */
export async function readPackedMetadata(path: string): Promise<CheckpointMetadata> {
  const source = await fileSource(path);
  try {
    return metadataFromComment((await openZip(source)).comment);
  } finally {
    await source.close();
  }
}

import { fileSource, openZip } from '@ds/files';
import { metadataFromComment, type CheckpointMetadata } from './checkpoint-metadata.js';

/**
 * Reads the metadata that `metadataComment` wrote to the comment of a zip archive. Only the directory of the archive is
 * read.
 *
 * @throws Error naming the file if it cannot be read or is not a zip archive.
 */
export async function readPackedMetadata(path: string): Promise<CheckpointMetadata> {
  const source = await fileSource(path);
  try {
    return metadataFromComment((await openZip(source)).comment);
  } finally {
    await source.close();
  }
}

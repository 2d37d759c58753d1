import { extname } from 'node:path';
import { fileSource } from '@ds/files';
import { checkpointExtensions, checkpointFormat, type OpenCheckpoint } from './checkpoint-format.js';
import { openPackedCheckpoint } from './packed-checkpoint.js';

/**
 * Opens the checkpoint that a path's extension stands for, or the one inside a `.zip`.
 *
 * @throws Error naming the path when it has another extension, cannot be read, or is no such archive.
 */
export async function openCheckpoint(path: string): Promise<OpenCheckpoint> {
  const format = checkpointFormat(path);
  const isPacked = extname(path).toLowerCase() === '.zip';
  if (!format && !isPacked) {
    throw new Error(
      `${path}: expected a checkpoint called ${checkpointExtensions} or .zip, found "${extname(path)}"`,
    );
  }
  const source = await fileSource(path);
  if (format) return { format, source, path, close: () => source.close() };
  try {
    const packed = await openPackedCheckpoint(source);
    const close = async () => {
      await packed.close();
      await source.close();
    };
    return { ...packed, close };
  } catch (error) {
    await source.close();
    throw error;
  }
}

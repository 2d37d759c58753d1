import { extname } from 'node:path';
import { fileSource } from '@ds/files';
import { expectFormat, openContent } from '../formats/content.js';
import type { Content, Format } from '../formats/format.js';
import { checkpointExtensions, formatOfPath } from '../formats/formats.js';
import { openPackedCheckpoint } from './packed-checkpoint.js';

/** A checkpoint on disk or in memory, with a known format. */
export interface OpenCheckpoint {
  format: Format;
  content: Content;
  /** Closes the file. */
  close(): Promise<void>;
}

/**
 * Opens a checkpoint file, or the checkpoint inside a `.zip`.
 *
 * @throws Error naming the path if it has another extension, cannot be read, is not such an archive, or is not of the
 *   format that its extension names.
 */
export async function openCheckpoint(path: string): Promise<OpenCheckpoint> {
  const format = formatOfPath(path);
  if (!format && extname(path).toLowerCase() !== '.zip') {
    throw new Error(
      `${path}: expected a checkpoint called ${checkpointExtensions} or .zip, found "${extname(path)}"`,
    );
  }
  const source = await fileSource(path);
  const close = () => source.close();
  try {
    if (!format) return { ...(await openPackedCheckpoint(source)), close };
    const content = await openContent(source);
    expectFormat(content, format);
    return { format, content, close };
  } catch (error) {
    await close();
    throw error;
  }
}

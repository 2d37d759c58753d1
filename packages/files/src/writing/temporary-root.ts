import { accessSync, constants, statSync } from 'node:fs';
import { tmpdir } from 'node:os';

/**
 * The system's folder for temporary files.
 *
 * @throws Error that names it and TMPDIR if it is not there or cannot be written: it is not created, since a mistyped
 *   path would fill another disk.
 */
export function temporaryRoot(folder = tmpdir()): string {
  const fail = (reason: string) =>
    new Error(
      `cannot write temporary files to ${folder}: ${reason}; set TMPDIR to a folder that can be written`,
    );
  const found = statSync(folder, { throwIfNoEntry: false });
  if (!found?.isDirectory()) throw fail(found ? 'it is no folder' : 'no such folder');
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch {
    throw fail('permission denied');
  }
  return folder;
}

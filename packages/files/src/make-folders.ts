import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

// Another process may remove an empty folder of its own in between.
const maxTries = 3;

/**
 * Creates a folder, and the missing ones that it is in. Unlike `mkdirSync` with `recursive`, which never returns where a file
 * system such as /proc says that a new folder does not exist.
 *
 * @returns the outermost folder that was created, if any
 * @throws The system's error if one cannot be created.
 */
export function makeFolders(path: string): string | undefined {
  const missing: string[] = [];
  for (let place = path; !existsSync(place) && dirname(place) !== place; place = dirname(place)) {
    missing.unshift(place);
  }
  for (let tries = 1; ; tries++) {
    try {
      (missing.length > 0 ? missing : [path]).forEach(makeFolder);
      return missing[0];
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || tries === maxTries) throw error;
    }
  }
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw error;
  }
}

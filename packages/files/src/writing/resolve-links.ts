import { readlinkSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

// Linux's limit.
const maxLinks = 40;

/** The absolute path of a path after following links, including links to files that do not exist yet. */
export function resolveLinks(path: string): string {
  let found = resolve(path);
  for (let links = 0; links < maxLinks; links++) {
    try {
      return realpathSync(found);
    } catch {
      // It does not exist; its last part may be a dangling link.
    }
    try {
      found = resolve(dirname(found), readlinkSync(found));
    } catch {
      const folder = dirname(found);
      return folder === found ? found : join(resolveLinks(folder), basename(found));
    }
  }
  return found;
}

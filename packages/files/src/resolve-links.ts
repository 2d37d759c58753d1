import { readlinkSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

// As many as Linux follows.
const mostLinks = 40;

/** The absolute path that a path leads to, links followed, also those to what is not there yet. */
export function resolveLinks(path: string): string {
  let found = resolve(path);
  for (let links = 0; links < mostLinks; links++) {
    try {
      return realpathSync(found);
    } catch {
      // Not there: the last part may be a link that leads nowhere yet.
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

import { existsSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { staleBuild } from '../../../scripts/build-record.js';

/**
 * The path of a built file, `<workspace>/dist/<name>`, once it is certain that it was built from the sources as
 * they are now. Tests that start a command or a worker take its path from here, because an old build would pass
 * them whatever the sources say.
 *
 * @throws Error that says what to build when it, or a package that it loads, is missing or out of date.
 */
export function builtFile(path: string): string {
  const workspace = dirname(path.slice(0, path.lastIndexOf('dist') + 'dist'.length));
  const stale = existsSync(path) ? staleBuild(workspace) : workspace;
  if (stale) {
    const name = relative(dirname(dirname(workspace)), stale);
    throw new Error(`${name}: its dist was not built from its sources as they are now: npm run build`);
  }
  return path;
}

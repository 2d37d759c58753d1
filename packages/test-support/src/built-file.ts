import { existsSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { staleBuild } from '../../../scripts/build-record.js';

/**
 * The path of a built file, `<workspace>/dist/<name>`, after checking that it was built from the current sources. Tests
 * that start a command or a worker get its path here, because with an old build they would not test the sources.
 *
 * @throws Error that says what to build if the file, or a package that it loads, is missing or out of date.
 */
export function builtFile(path: string): string {
  const workspace = dirname(path.slice(0, path.lastIndexOf('dist') + 'dist'.length));
  const stale = existsSync(path) ? staleBuild(workspace) : workspace;
  if (stale) {
    const name = relative(dirname(dirname(workspace)), stale);
    throw new Error(`${name}: its dist was not built from its current sources; run npm run build`);
  }
  return path;
}

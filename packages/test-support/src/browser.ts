import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/**
 * Path of an installed Chromium: PUPPETEER_EXECUTABLE_PATH, or the first on the PATH; undefined if there is none.
 *
 * @throws Error if there is none and BROWSER_REQUIRED=1 is set.
 */
export function findBrowser(): string | undefined {
  const { PUPPETEER_EXECUTABLE_PATH: named, BROWSER_REQUIRED: required, PATH: path = '' } = process.env;
  if (named) return named;
  const candidates = path.split(delimiter).flatMap((folder) => names.map((name) => join(folder, name)));
  const found = candidates.find(isExecutable);
  if (!found && required === '1') {
    throw new Error(
      `a browser is required (BROWSER_REQUIRED): expected one of ${names.join(', ')} on the PATH`,
    );
  }
  return found;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A new folder that is gone, with all in it, when the program ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'performance-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

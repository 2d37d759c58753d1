import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A new folder that is removed, with its contents, when the program ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'performance-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';

/**
 * Starts a built command and ends it with SIGKILL as soon as it has noted something finished in the journal of its output,
 * which it must do before its end.
 *
 * @param command the file and its arguments
 */
export async function killOnceJournalled(command: readonly string[], output: string): Promise<void> {
  const journal = join(dirname(output), `.${basename(output)}.journal`);
  const child = spawn(process.execPath, command, { stdio: 'ignore' });
  const ended = once(child, 'exit');
  let hasEnded = false;
  void ended.then(() => (hasEnded = true));
  // Two lines: the fingerprint, and what is finished.
  const isNoted = () => existsSync(journal) && readFileSync(journal, 'utf8').split('\n').length > 2;
  while (!isNoted() && !hasEnded) await setImmediate();
  child.kill('SIGKILL');
  expect(await ended).toEqual([null, 'SIGKILL']);
}

import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { temporaryFolder } from '@ds/test-support';
import { temporaryRoot } from '../../src/index.js';

const folder = temporaryFolder();

it("is the system's folder, if it can be written", () => {
  expect(temporaryRoot()).toBe(tmpdir());
  mkdirSync(join(folder, 'there'));
  expect(temporaryRoot(join(folder, 'there'))).toBe(join(folder, 'there'));
});

it('is not created if it is not there, and is a folder', () => {
  const advice = 'set TMPDIR to a folder that can be written';
  const none = join(folder, 'none');
  expect(() => temporaryRoot(none)).toThrow(
    `cannot write temporary files to ${none}: no such folder; ${advice}`,
  );
  const file = join(folder, 'file');
  writeFileSync(file, '');
  expect(() => temporaryRoot(file)).toThrow(
    `cannot write temporary files to ${file}: it is no folder; ${advice}`,
  );
});

import { open, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { appendTo } from '@ds/files';

// Writes stop short after three bytes.
jest.mock('node:fs', () => {
  const { promisify } = jest.requireActual('node:util');
  const fs = jest.requireActual('node:fs');
  const write = promisify(fs.write);
  const short = (fd: number, bytes: Uint8Array, offset: number, length: number) =>
    write(fd, bytes, offset, Math.min(3, length));
  return { ...fs, write: Object.assign(() => undefined, { [promisify.custom]: short }) };
});

it.each(['the file', 'its number'])('appends to the last byte where writes stop short, by %s', async (by) => {
  const folder = await mkdtemp(join(tmpdir(), 'append-to-'));
  const path = join(folder, 'file');
  const file = await open(path, 'w');
  const append = appendTo(by === 'the file' ? file : file.fd);
  await append(Buffer.from('0123456789'));
  await append(new Uint8Array(0));
  await append(Buffer.from('ab'));
  await file.close();
  expect(await readFile(path, 'utf8')).toBe('0123456789ab');
  await rm(folder, { recursive: true });
});

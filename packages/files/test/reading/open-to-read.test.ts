import { execFileSync } from 'node:child_process';
import { symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { temporaryFolder } from '@ds/test-support';
import { fileSource, readText } from '../../src/index.js';

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const readers = {
  fileSource: async (path: string) => (await fileSource(path)).close(),
  readText: (path: string) => readText(path, { mostBytes: 1 << 20 }),
};

describe.each(Object.entries(readers))('%s', (_, read) => {
  it('refuses a pipe without waiting for someone who writes it', async () => {
    const pipe = at(`pipe-${_}`);
    execFileSync('mkfifo', [pipe]);
    await expect(read(pipe)).rejects.toThrow(`cannot read ${pipe}: expected a file, found a pipe`);
    symlinkSync(pipe, at(`link-${_}`));
    await expect(read(at(`link-${_}`))).rejects.toThrow('expected a file, found a pipe');
  });

  it('refuses a socket, a device and a folder', async () => {
    const socket = at(`socket-${_}`);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    await expect(read(socket)).rejects.toThrow(`cannot read ${socket}: expected a file, found a socket`);
    await new Promise((resolve) => server.close(resolve));
    await expect(read('/dev/zero')).rejects.toThrow('cannot read /dev/zero: expected a file, found a device');
    await expect(read(folder)).rejects.toThrow(`cannot read ${folder}: expected a file, found a folder`);
  });

  it('says why a file cannot be read', async () => {
    writeFileSync(at('file'), '');
    symlinkSync(at(`circle-${_}`), at(`circle-${_}`));
    for (const [path, reason] of [
      [at('none'), 'no such file'],
      [at('file/below'), 'a part of its path is a file, not a folder'],
      [at(`circle-${_}`), 'its links lead in a circle'],
      [at('x'.repeat(300)), 'its name is too long'],
    ] as const) {
      await expect(read(path)).rejects.toThrow(`cannot read ${path}: ${reason}`);
    }
  });
});

it('reads a text, but none that is too large', async () => {
  writeFileSync(at('text'), 'größer\n');
  expect(await readText(at('text'), { mostBytes: 100 })).toBe('größer\n');
  truncateSync(at('text'), 2 ** 20 + 1);
  await expect(readText(at('text'), { mostBytes: 2 ** 20 })).rejects.toThrow(
    `cannot read ${at('text')}: expected at most 1 MiB of text, found a file of 1048577 bytes`,
  );
});

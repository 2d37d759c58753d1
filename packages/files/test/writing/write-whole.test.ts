import { execFileSync, spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { appendTo, beginWhole, writeWhole } from '@ds/files';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'write-whole-'))));
afterEach(() => rmSync(folder, { recursive: true }));

describe('writeWhole', () => {
  it('makes the folders and leaves the file alone in them', async () => {
    const path = join(folder, 'a', 'b', 'x.txt');
    await writeWhole(path, async (file) => {
      const append = appendTo(file);
      await append(Buffer.from('one '));
      await append(new Uint8Array(0));
      await append(Buffer.from('two'));
    });
    expect(readFileSync(path, 'utf8')).toBe('one two');
    expect(readdirSync(join(folder, 'a', 'b'))).toEqual(['x.txt']);
  });

  it('shows the earlier file until the new one is whole', async () => {
    const path = join(folder, 'x.txt');
    writeFileSync(path, 'earlier');
    await writeWhole(path, async (file) => {
      await file.write('later');
      expect(readFileSync(path, 'utf8')).toBe('earlier');
    });
    expect(readFileSync(path, 'utf8')).toBe('later');
  });

  it('leaves the earlier file and nothing else when writing fails, with the error that made it fail', async () => {
    const path = join(folder, 'x.txt');
    writeFileSync(path, 'earlier');
    const failing = writeWhole(path, async (file) => {
      await file.write('half of the la');
      throw new Error('no more input');
    });
    await expect(failing).rejects.toThrow(/^no more input$/);
    expect(readFileSync(path, 'utf8')).toBe('earlier');
    expect(readdirSync(folder)).toEqual(['x.txt']);
  });

  it('names the file whose place is a folder, or whose folder is a file', async () => {
    mkdirSync(join(folder, 'taken'));
    await expect(writeWhole(join(folder, 'taken'), async () => undefined)).rejects.toThrow(
      `cannot write ${join(folder, 'taken')}: it is a folder`,
    );
    writeFileSync(join(folder, 'file'), '');
    await expect(writeWhole(join(folder, 'file', 'x'), async () => undefined)).rejects.toThrow(
      `cannot write ${join(folder, 'file', 'x')}: a part of its path is a file, not a folder`,
    );
    expect(readdirSync(folder).sort()).toEqual(['file', 'taken']);
  });

  // Windows has neither modes nor FIFOs.
  const onUnix = process.platform === 'win32' ? () => undefined : it;

  onUnix('follows links, also one that leads nowhere yet, and keeps the mode of the file', async () => {
    writeFileSync(join(folder, 'file'), 'earlier');
    chmodSync(join(folder, 'file'), 0o640);
    symlinkSync('file', join(folder, 'link'));
    symlinkSync('new', join(folder, 'dangling'));
    for (const name of ['link', 'dangling']) {
      await writeWhole(join(folder, name), async (file) => void (await file.write('later')));
      expect(lstatSync(join(folder, name)).isSymbolicLink()).toBe(true);
      expect(readFileSync(join(folder, name), 'utf8')).toBe('later');
    }
    expect(statSync(join(folder, 'file')).mode & 0o777).toBe(0o640);
    expect(readdirSync(folder).sort()).toEqual(['dangling', 'file', 'link', 'new']);
  });

  onUnix('writes into a device or a FIFO, which stays what it is', async () => {
    await writeWhole('/dev/null', async (file) => appendTo(file)(Buffer.from('gone')));
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
    const fifo = join(folder, 'fifo');
    execFileSync('mkfifo', [fifo]);
    const reader = spawn('cat', [fifo]);
    await writeWhole(fifo, async (file) => appendTo(file)(Buffer.from('through')));
    expect(await text(reader.stdout)).toBe('through');
    expect(statSync(fifo).isFIFO()).toBe(true);
  });
});

it('listens to the exit of the process only while a file is unfinished', async () => {
  const before = process.listenerCount('exit');
  const [first, second] = [await beginWhole(join(folder, 'a')), await beginWhole(join(folder, 'b'))];
  expect(process.listenerCount('exit')).toBe(before + 1);
  await first.finish();
  expect(process.listenerCount('exit')).toBe(before + 1);
  await second.abandon();
  expect(process.listenerCount('exit')).toBe(before);
});

it('leaves nothing when the process exits while the file is being opened', async () => {
  const before = process.listeners('exit');
  const opening = beginWhole(join(folder, 'x.txt'));
  while (readdirSync(folder).length === 0) await new Promise((resolve) => setImmediate(resolve));
  const added = process.listeners('exit').filter((listener) => !before.includes(listener));
  added.forEach((listener) => listener(0));
  const opened = await opening.catch(() => undefined);
  await opened?.abandon();
  expect(readdirSync(folder)).toEqual([]);
});

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import zlib, { gzipSync } from 'node:zlib';
import { temporaryFolder } from '@ds/test-support';
import { openRawFile } from '../../src/raw/open-raw-file.js';
import { tarGzOf, utf16be, zipOf } from './packed.js';

const folder = temporaryFolder();
const path = join(folder, 'raw');
// Longer than what is looked at first, and than what is read at once.
const text = Array.from({ length: 150_000 }, (_, line) => `${line}\tü\n`).join('');

async function read(content: Uint8Array | string, options?: { member?: string }) {
  writeFileSync(path, content);
  const file = await openRawFile(path, options);
  const pieces: Uint8Array[] = [];
  try {
    for await (const piece of file.bytes) pieces.push(piece);
    return { text: Buffer.concat(pieces).toString(), ...file };
  } finally {
    await file.close();
  }
}

const other = 'no rows\n';
it.each<[string, () => Promise<Uint8Array> | Uint8Array | string]>([
  ['plain', () => text],
  ['with a byte order mark', () => `\ufeff${text}`],
  ['UTF-16, little endian, with a mark', () => Buffer.from(`\ufeff${text}`, 'utf16le')],
  ['UTF-16, little endian, without a mark', () => Buffer.from(text, 'utf16le')],
  ['UTF-16, big endian, with a mark', () => utf16be(`\ufeff${text}`)],
  ['UTF-16, big endian, without a mark', () => utf16be(text)],
  ['gzip', () => gzipSync(text)],
  ['gzip of several members', () => Buffer.concat([gzipSync(text.slice(0, 9)), gzipSync(text.slice(9))])],
  ['gzip of UTF-16', () => gzipSync(Buffer.from(`\ufeff${text}`, 'utf16le'))],
  ['gzip of a text with a mark', () => gzipSync(`\ufeff${text}`)],
  ['zip', () => zipOf({ 'rows.csv': text })],
  ['zip with train.txt', () => zipOf({ 'test.txt': other, 'dac/train.txt': text })],
  ['zip of gzip', async () => zipOf({ 'train.gz': gzipSync(text), 'test.gz': gzipSync(other) })],
  [
    'tar.gz as Criteo gives it out',
    () => tarGzOf({ 'readme.txt': other, 'test.txt': other, 'train.txt': text }),
  ],
  ['tar.gz with train.txt first', () => tarGzOf({ 'train.txt': text, 'test.txt': other })],
  ['tar.gz with one file', () => tarGzOf({ 'readme.txt': other, 'a/rows.tsv': text })],
  ['tar.gz of gzip', async () => tarGzOf({ 'train.txt.gz': gzipSync(text) })],
])('reads the text of a file that is %s', async (_, make) => {
  expect((await read(await make())).text === text).toBe(true);
});

it('says what was taken from an archive, and takes what was named', async () => {
  const members = { 'dac/test.txt': 'test\n', 'dac/train.txt': 'train\n' };
  for (const archive of [await zipOf(members), await tarGzOf(members)]) {
    const chosen = await read(archive);
    expect(chosen.text).toBe('train\n');
    expect(chosen.notes).toEqual([`${path}: rows of dac/train.txt; --member names another of its files`]);
    for (const member of ['test.txt', 'dac/test.txt']) {
      const named = await read(archive, { member });
      expect(named.text).toBe('test\n');
      expect(named).toMatchObject({ notes: [], name: `${path}: dac/test.txt` });
    }
    await expect(read(archive, { member: 'rows.txt' })).rejects.toThrow(
      `${path}: expected rows.txt in the archive, found dac/test.txt, dac/train.txt`,
    );
  }
});

it('lets the user choose among files of which none is train.txt', async () => {
  const members = { 'readme.md': '', 'a.txt': 'a\n', 'b.txt': 'b\n' };
  for (const archive of [await zipOf(members), await tarGzOf(members)]) {
    await expect(read(archive)).rejects.toThrow(
      `${path}: expected train.txt or a single file in the archive, found readme.md, a.txt, b.txt; name one with --member`,
    );
  }
  await expect(read(await zipOf({ 'X_int.npy': 'x', 'y.npy': 'y' }))).rejects.toThrow(
    `${path}: an npz file: expected raw rows as text, found arrays`,
  );
});

it.each([
  ['a bzip2 file', 'BZh91AY', `bzcat ${path} | criteo-data preprocess --raw-data-file - `],
  ['an xz file', '\xfd7zXZ\0', `xzcat ${path} | criteo-data preprocess --raw-data-file - `],
  ['an LZ4 file', '\x04\x22\x4d\x18', `lz4cat ${path} | `],
  ['a 7z archive', "7z\xbc\xaf'\x1c", `7z x -so ${path} | `],
  ['a RAR archive', 'Rar!\x1a\x07', `unrar p -inul ${path} | `],
  ['a Parquet file', 'PAR1', `import pandas; pandas.read_parquet('${path}').to_csv('rows.csv', index=False)`],
  ['an ORC file', 'ORC', `pandas.read_orc('${path}')`],
  ['an Arrow (Feather) file', 'ARROW1', `pandas.read_feather('${path}')`],
  ['an HDF5 file', '\x89HDF\r\n\x1a\n', `pandas.read_hdf('${path}')`],
  ['an array of NumPy', '\x93NUMPY', 'expected rows of text'],
])('refuses %s by its name, with what to do instead', async (id, start, instead) => {
  const content = Buffer.concat([Buffer.from(start, 'latin1'), Buffer.alloc(600, 7)]);
  for (const packed of [content, gzipSync(content)]) {
    await expect(read(packed)).rejects.toThrow(`${path}: ${id}, which is not read; `);
    await expect(read(packed)).rejects.toThrow(instead);
  }
});

it.each(['ORCID,click', 'PAR1\t2', 'BZh,ARROW1'])(
  'reads text that starts like another format: %s',
  async (start) => {
    expect((await read(Buffer.from(`${start}\r\n0,1\r\n`))).text).toBe(`${start}\r\n0,1\r\n`);
  },
);

it('reads Zstandard where Node does, else says how', async () => {
  const { zstdCompressSync } = zlib as { zstdCompressSync?: (text: string) => Buffer };
  if (zstdCompressSync) {
    const whole = zstdCompressSync(text);
    const parts = [zstdCompressSync(text.slice(0, 99_999)), zstdCompressSync(text.slice(99_999))];
    for (const content of [whole, Buffer.concat(parts)]) {
      expect((await read(content)).text === text).toBe(true);
    }
    await expect(read(whole.subarray(0, whole.length >> 1))).rejects.toThrow(
      `cannot read ${path}: unexpected end of file`,
    );
  } else {
    await expect(read(Buffer.from('28b52ffd00000000', 'hex'))).rejects.toThrow(
      `${path}: a Zstandard file, which Node ${process.versions.node} cannot read; instead: zstdcat ${path} | `,
    );
  }
});

it('names a file that is damaged', async () => {
  const archive = await tarGzOf({ 'readme.txt': other, 'train.txt': text });
  for (const [content, reason] of [
    [gzipSync(text).subarray(0, 200_000), 'unexpected end of file'],
    [gzipSync(text).fill(0, 100_000, 100_100), ''],
    [archive.subarray(0, 200_000), ''],
    [gzipSync(zlib.gunzipSync(archive).subarray(0, 200_000)), ''],
    [gzipSync(zlib.gunzipSync(archive).subarray(0, 700)), ''],
    [(await zipOf({ 'train.txt': text })).subarray(0, 5000), 'not a readable zip archive'],
    [Buffer.from('\ufeffa\ud800', 'utf16le'), ''],
  ] as const) {
    const failure = await read(content).then(
      () => undefined,
      (error: Error) => error.message,
    );
    expect(failure).toContain(reason);
    expect(failure).toBeDefined();
  }
});

it('unpacks only so far', async () => {
  let packed: Uint8Array = gzipSync(text.slice(0, 100));
  for (let times = 1; times < 4; times++) packed = gzipSync(packed);
  expect((await read(packed)).text).toBe(text.slice(0, 100));
  await expect(read(gzipSync(packed))).rejects.toThrow('packed more than 4 times; unpack it first');
});

import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { fileSource } from '@ds/files';
import { temporaryFolder } from '@ds/test-support';
import fc from 'fast-check';
import { longestLine } from '../../../src/preprocess/lines/longest-line.js';
import { readRange } from '../../../src/preprocess/lines/line-ranges.js';
import { readLines } from '../../../src/preprocess/lines/read-lines.js';
import { openRawFile } from '../../../src/raw/open-raw-file.js';

const path = join(temporaryFolder(), 'lines.txt');

async function piecesOf(
  pieceSize: number,
  onProgress?: (done: number) => void,
  options: { asText?: boolean; skip?: number } = {},
) {
  const file = await openRawFile(path);
  const pieces: string[] = [];
  try {
    for await (const lines of readLines({ file, pieceSize, onProgress, ...options })) {
      const text = 'text' in lines ? lines.text : new Uint8Array(lines.length);
      if ('length' in lines) readRange(lines, text);
      pieces.push(Buffer.from(text).toString());
    }
  } finally {
    await file.close();
  }
  return pieces;
}

it('gives whole lines, whatever the size of the pieces', async () => {
  const text = fc.array(fc.stringMatching(/^[a-z]{0,30}$/)).map((lines) => lines.join('\n'));
  await fc.assert(
    fc.asyncProperty(
      text,
      fc.integer({ min: 4, max: 40 }),
      fc.boolean(),
      async (content, pieceSize, compressed) => {
        writeFileSync(path, compressed ? gzipSync(content) : content);
        const pieces = await piecesOf(pieceSize);
        expect(pieces.join('')).toBe(content);
        for (const piece of pieces.slice(0, -1)) expect(piece.endsWith('\n')).toBe(true);
      },
    ),
  );
});

it.each([false, true])(
  'hands a line without end over in parts, with bounded memory (gzip: %s)',
  async (compressed) => {
    const content = 'x'.repeat(3 * longestLine);
    writeFileSync(path, compressed ? gzipSync(content) : content);
    const lengths = (await piecesOf(100)).map(({ length }) => length);
    expect(Math.max(...lengths)).toBe(100 + longestLine);
    expect(lengths.reduce((sum, length) => sum + length)).toBe(content.length);
  },
);

it.each([false, true])('tells how much of the file is read (gzip: %s)', async (compressed) => {
  const content = Buffer.from('some line\n'.repeat(1000));
  const file = compressed ? gzipSync(content) : content;
  writeFileSync(path, file);
  const calls: number[] = [];
  await piecesOf(2000, (done) => calls.push(done));
  expect(calls.length).toBeGreaterThan(3);
  expect(calls.at(-1)).toBe(file.length);
  expect(calls).toEqual(calls.toSorted((a, b) => a - b));
});

it('names a file that is cut short while it is read', async () => {
  writeFileSync(path, 'a line\n'.repeat(100));
  const source = await fileSource(path);
  truncateSync(path, 50);
  const range = { path, fd: source.fd, position: 0, length: 100 };
  expect(() => readRange(range, new Uint8Array(100))).toThrow(
    `cannot read ${path}: it was cut short at 50 bytes`,
  );
  await source.close();
  expect(() => readRange(range, new Uint8Array(100))).toThrow(`cannot read ${path}: EBADF`);
});

it.each([false, true])('hands on what the caller throws, as it is (gzip: %s)', async (compressed) => {
  writeFileSync(path, compressed ? gzipSync('a\nb\n') : 'a\nb\n');
  const fail = () => {
    throw new Error('no more, thank you');
  };
  await expect(piecesOf(2, fail)).rejects.toThrow(/^no more, thank you$/);
});

it.each([false, true])('leaves the file open for whoever opened it (gzip: %s)', async (compressed) => {
  writeFileSync(path, compressed ? gzipSync('a\nb\n') : 'a\nb\n');
  const source = await fileSource(path);
  const file = await openRawFile(path);
  for await (const lines of readLines({ file: { ...file, plain: { source, position: 0 } }, pieceSize: 2 })) {
    expect(lines).toBeDefined();
    break;
  }
  await new Promise((resolve) => setTimeout(resolve, 50)); // a stream closes its file some time after its end
  await source.readInto(new Uint8Array(1), 0);
  await source.close();
  await file.close();
});

it('leaves out a header, of a plain text and of one that is read here', async () => {
  writeFileSync(path, 'header\na\nb\n');
  for (const asText of [false, true]) {
    expect((await piecesOf(100, undefined, { asText, skip: 7 })).join('')).toBe('a\nb\n');
  }
});

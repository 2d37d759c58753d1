import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { readLines } from '../../src/preprocess/read-lines.js';
import { temporaryFolder } from '../temporary-folder.js';

const path = join(temporaryFolder(), 'lines.txt');

it('gives whole lines, whatever the size of the pieces', async () => {
  const text = fc.array(fc.stringMatching(/^[a-z]{0,30}$/)).map((lines) => lines.join('\n'));
  await fc.assert(
    fc.asyncProperty(
      text,
      fc.integer({ min: 4, max: 40 }),
      fc.boolean(),
      async (content, pieceSize, compressed) => {
        writeFileSync(path, compressed ? gzipSync(content) : content);
        const pieces: string[] = [];
        for await (const piece of readLines({ path, pieceSize })) pieces.push(Buffer.from(piece).toString());
        expect(pieces.join('')).toBe(content);
        for (const piece of pieces.slice(0, -1)) expect(piece.endsWith('\n')).toBe(true);
      },
    ),
  );
});

it('hands a line without end over in parts, with bounded memory', async () => {
  writeFileSync(path, 'x'.repeat(10_000));
  const lengths: number[] = [];
  for await (const piece of readLines({ path, pieceSize: 100 })) lengths.push(piece.length);
  expect(Math.max(...lengths)).toBeLessThanOrEqual(1600);
  expect(lengths.reduce((sum, length) => sum + length)).toBe(10_000);
});

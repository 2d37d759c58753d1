import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { fileSource, memorySource, type ByteSource } from '@ds/files';

const folder = mkdtempSync(join(tmpdir(), 'byte-source-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Cuts bytes into pieces of these lengths, over and over; empty pieces too. */
function cut(bytes: Uint8Array, lengths: readonly number[]): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const length = lengths[i % lengths.length]!;
    pieces.push(bytes.subarray(at, at + length));
    at += length;
  }
  return pieces;
}

const cases = fc.record({
  bytes: fc.uint8Array({ maxLength: 200 }),
  lengths: fc.tuple(fc.integer({ min: 1, max: 9 }), fc.nat({ max: 40 }), fc.nat({ max: 3 })),
  position: fc.nat({ max: 220 }),
  length: fc.nat({ max: 220 }),
});

describe('a byte source', () => {
  it('reads the same bytes from a file and from memory in pieces, and never past the end', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ bytes, lengths, position, length }) => {
        const path = join(folder, 'x');
        writeFileSync(path, bytes);
        for (const source of [await fileSource(path), memorySource(path, cut(bytes, lengths))]) {
          const target = new Uint8Array(length);
          const reading = source.readInto(target, position);
          if (position + length <= bytes.length) {
            await reading;
            expect(target).toEqual(bytes.slice(position, position + length));
          } else if (length > 0) {
            await expect(reading).rejects.toThrow(
              `${path}: truncated: expected at least ${position + length} bytes, found ${bytes.length}`,
            );
          } else await reading.catch(() => undefined); // nothing is read, nothing can be wrong
          expect(source.size).toBe(bytes.length);
          await source.close();
        }
      }),
    );
  });

  it('in memory shows bytes of one piece as they lie there, and no others', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ bytes, lengths, position, length }) => {
        const pieces = cut(bytes, lengths);
        const view = memorySource('x', pieces).view!(position, length);
        if (view) {
          expect(view).toEqual(bytes.slice(position, position + length));
          if (length > 0) expect(pieces.map(({ buffer }) => buffer)).toContain(view.buffer);
        }
        let start = 0;
        const holds = pieces.some((piece) => {
          const isInside = position >= start && position + length <= start + piece.length;
          start += piece.length;
          return isInside;
        });
        if (length > 0) expect(view !== undefined).toBe(holds);
      }),
    );
  });

  it('in memory still reads what was not forgotten, and says so where it was', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ bytes, lengths, position, length }) => {
        const end = Math.min(bytes.length, position + length);
        const start = Math.min(position, end);
        const source = memorySource('x', cut(bytes, lengths));
        source.forget!(start, end);
        for (const [from, to] of [
          [0, start],
          [end, bytes.length],
        ] as const) {
          const target = new Uint8Array(to - from);
          await source.readInto(target, from);
          expect(target).toEqual(bytes.slice(from, to));
        }
      }),
    );
    const source: ByteSource = memorySource('x', [new Uint8Array(4), new Uint8Array(4)]);
    source.forget!(2, 8);
    await source.readInto(new Uint8Array(4), 0);
    await expect(source.readInto(new Uint8Array(2), 3)).rejects.toThrow('x: read again at byte 4');
  });

  it('names the file that is not there, or is a folder', async () => {
    const missing = join(folder, 'missing');
    await expect(fileSource(missing)).rejects.toThrow(`cannot read ${missing}: no such file`);
    await expect(fileSource(folder)).rejects.toThrow(
      `cannot read ${folder}: expected a file, found a folder`,
    );
  });
});

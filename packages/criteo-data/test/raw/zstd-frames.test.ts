import fc from 'fast-check';
import zlib from 'node:zlib';
import { startsWithFrame, zstdFrames } from '../../src/raw/containers/zstd-frames.js';

// Written by zstd 1.5.4: a raw block; a compressed block of one repeated character, without checksum; compressed blocks of
// the lines 1 to 30, from a pipe with checksum and from a file, whose size the frame has, without.
const frames = [
  '28b52ffd0458110000610a55c8cc1e',
  '28b52ffd00584d0000103030010083d3032c',
  '28b52ffd04586d010012450a0ab01bc6244988705298754178d66c59b263c586dd6ac11e355a94e850a141a752a0a75992a318ae0200081130d5',
  '28b52ffd20516d010012450a0ab01bc6244988705298754178d66c59b263c586dd6ac11e355a94e850a141a752a0a75992a318ae0200',
].map((hex) => Buffer.from(hex, 'hex'));
// By hand: a block that repeats one byte 1000 times.
frames.push(Buffer.from('28b52ffd0058431f0078', 'hex'));
const skippable = Buffer.from('5a2a4d1803000000616263', 'hex');

async function split(bytes: Buffer, pieceLengths: readonly number[]): Promise<Buffer[]> {
  async function* pieces() {
    for (let from = 0, i = 0; from < bytes.length; i++) {
      const length = pieceLengths[i % pieceLengths.length]!;
      yield bytes.subarray(from, (from += length));
    }
  }
  const found: Buffer[] = [];
  for await (const frame of zstdFrames(pieces())) {
    const parts: Uint8Array[] = [];
    for await (const part of frame) parts.push(part);
    found.push(Buffer.concat(parts));
  }
  return found;
}

it('finds all frames with data, however the stream is cut into pieces', async () => {
  const lengths = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 });
  const chosen = fc.array(fc.constantFrom(...frames, skippable), { maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(chosen, lengths, async (parts, pieceLengths) => {
      expect(await split(Buffer.concat(parts), pieceLengths)).toEqual(
        parts.filter((part) => part !== skippable),
      );
    }),
  );
  expect([...frames, skippable].every(startsWithFrame)).toBe(true);
  expect(startsWithFrame(Buffer.from('0\t1\t\t5\n'))).toBe(false);
});

it('refuses a file that is cut off anywhere inside a frame, or goes on with something else', async () => {
  for (const frame of [...frames, skippable]) {
    for (let length = 1; length < frame.length; length++) {
      const cut = Buffer.concat([frames[0]!, frame.subarray(0, length)]);
      await expect(split(cut, [7])).rejects.toThrow('unexpected end of file');
    }
  }
  await expect(split(Buffer.concat([frames[0]!, Buffer.from('more')]), [99])).rejects.toThrow(
    'expected another Zstandard frame or the end of the file',
  );
});

const { zstdDecompressSync } = zlib as { zstdDecompressSync?: (bytes: Buffer) => Buffer };
if (zstdDecompressSync) {
  it('the frames are what Node decompresses', () => {
    const lines = Array.from({ length: 30 }, (_, i) => `${i + 1}\n`).join('');
    const texts = ['a\n', '0'.repeat(5000), lines, lines, 'x'.repeat(1000)];
    expect(frames.map((frame) => zstdDecompressSync(frame).toString())).toEqual(texts);
  });
}

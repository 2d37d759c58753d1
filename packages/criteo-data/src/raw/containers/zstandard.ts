import type { Duplex } from 'node:stream';
import zlib from 'node:zlib';
import type { Container } from './container.js';
import { readWith } from './refused.js';
import { streamed } from './streamed.js';
import { startsWithFrame, zstdFrames } from './zstd-frames.js';

/** Zstandard (RFC 8878), which Node reads from 22.15 and 23.8 on. */
export const zstandard: Container = {
  id: 'Zstandard',
  isStart: startsWithFrame,
  open: async ({ name, bytes }) => {
    // Node 20 has no such function, nor do its types.
    const { createZstdDecompress } = zlib as { createZstdDecompress?: () => Duplex };
    if (createZstdDecompress) return { name, bytes: unpacked(bytes, createZstdDecompress) };
    throw new Error(
      `${name}: a Zstandard file, which Node ${process.versions.node} cannot read; ${readWith('zstdcat', name)}`,
    );
  },
};

async function* unpacked(
  bytes: AsyncIterable<Uint8Array>,
  createZstdDecompress: () => Duplex,
): AsyncGenerator<Uint8Array> {
  for await (const frame of zstdFrames(bytes)) yield* streamed(frame, createZstdDecompress());
}

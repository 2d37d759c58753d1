import { createGunzip } from 'node:zlib';
import type { Container } from './container.js';
import { streamed } from './streamed.js';

/** gzip (RFC 1952), as of `gzip` and of the days of the Criteo Terabyte logs. */
export const gzip: Container = {
  id: 'gzip',
  isStart: ([first, second]) => first === 0x1f && second === 0x8b,
  open: async ({ name, bytes }) => ({ name, bytes: gunzipped(name, bytes) }),
};

/** @throws Error if other bytes than zeros, which pad the file on tapes, follow the last member: zlib would ignore them. */
async function* gunzipped(name: string, bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip({ chunkSize: 1 << 18 });
  const packed = bytes[Symbol.asyncIterator]();
  let read = 0;
  // The end of the last byte that is not zero.
  let end = 0;
  async function* watched() {
    for (let next = await packed.next(); !next.done; next = await packed.next()) {
      const last = next.value.findLastIndex((byte) => byte !== 0);
      if (last >= 0) end = read + last + 1;
      read += next.value.length;
      yield next.value;
    }
  }
  try {
    yield* streamed(watched(), gunzip);
    // What zlib has not asked for.
    for await (const rest of watched()) void rest;
    if (end > gunzip.bytesWritten) {
      throw new Error(
        `${name}: expected the end of the gzip data or another member at byte ${gunzip.bytesWritten}, found other bytes`,
      );
    }
  } finally {
    await packed.return?.();
  }
}

import { createGunzip } from 'node:zlib';
import type { Container } from './container.js';
import { streamed } from './streamed.js';

/** gzip (RFC 1952), as of `gzip` and of the days of the Criteo Terabyte logs. */
export const gzip: Container = {
  id: 'gzip',
  isStart: ([first, second]) => first === 0x1f && second === 0x8b,
  open: async ({ name, bytes }) => ({ name, bytes: streamed(bytes, createGunzip({ chunkSize: 1 << 18 })) }),
};

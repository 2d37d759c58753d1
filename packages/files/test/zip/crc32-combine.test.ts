import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { crc32Combine } from '@ds/files';

it('gives the checksum of two pieces one after the other', () => {
  const bytes = fc.uint8Array({ minLength: 1, maxLength: 5000, size: 'max' });
  fc.assert(
    fc.property(bytes, bytes, (first, second) => {
      const whole = crc32(Buffer.concat([first, second]));
      expect(crc32Combine(crc32(first), crc32(second), second.length)).toBe(whole);
    }),
  );
});

it('takes lengths past 4 GiB', () => {
  // Twice the length is twice the way: 2^33 zeros are 2^32 zeros and as many again.
  const one = crc32(Uint8Array.of(1));
  const zeros = (crc: number, length: number) => crc32Combine(crc, crc32Combine(0, 0, length), length);
  expect(zeros(one, 2 ** 33)).toBe(zeros(zeros(one, 2 ** 32), 2 ** 32));
  expect(zeros(one, 2 ** 32)).not.toBe(zeros(one, 0));
});

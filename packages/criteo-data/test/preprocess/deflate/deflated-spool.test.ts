import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import type { DeflatedParts } from '../../../src/preprocess/deflate/deflate-arrays.js';
import { DeflatedSpool } from '../../../src/preprocess/deflate/deflated-spool.js';
import { temporaryFolder } from '@ds/test-support';

const folder = temporaryFolder();
const path = join(folder, 'out.npz');
const part = fc.uint8Array({ maxLength: 50 }).map((bytes) => Uint8Array.from(bytes));
const noStart = { size: 0, crc: 0 };

/** As if parts were deflated to themselves. */
function partsOf(arrays: readonly Uint8Array[]): DeflatedParts {
  return {
    parts: arrays.map((bytes) => ({ size: bytes.length, crc: crc32(bytes), compressedSize: bytes.length })),
    bytes: Uint8Array.from(arrays.flatMap((bytes) => [...bytes])),
  };
}

it('gives arrays one after another, of pieces added in any order, from memory and from its file', async () => {
  const pieces = fc.array(fc.tuple(part, part, part, fc.nat()), { minLength: 1, maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(pieces, fc.constantFrom(0, 100, 1000), async (added, mostKept) => {
      const spool = await DeflatedSpool.create(path, { mostKept });
      const order = added.map((_, piece) => piece).sort((a, b) => added[a]![3] - added[b]![3]);
      for (const piece of order) {
        const [first, second, third] = added[piece]!;
        await spool.add(piece, 1, partsOf([second, third]));
        await spool.add(piece, 0, partsOf([first]));
      }
      for (const arrays of [[0, 1, 2], [2], [1, 0]]) {
        const expected = Buffer.concat(
          arrays.flatMap((array) => added.map((parts) => parts[array] as Uint8Array)),
        );
        const found: Uint8Array[] = [];
        for await (const bytes of spool.read(arrays)) found.push(bytes);
        expect(Buffer.concat(found).equals(expected)).toBe(true);
        expect(spool.totals(arrays, noStart)).toEqual({ size: expected.length, crc: crc32(expected) });
      }
      await spool.close();
      expect(readdirSync(folder)).toEqual([]);
    }),
    { numRuns: 50 },
  );
});

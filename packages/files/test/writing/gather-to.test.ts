import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { gatherTo } from '@ds/files';

const folder = mkdtempSync(join(tmpdir(), 'gather-to-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('appends parts of any size in their order', async () => {
  const file = await open(join(folder, 'x'), 'w');
  const { append, flush } = gatherTo(file);
  await file.write('before');
  const parts = Array.from({ length: 100 }, (_, i) => new Uint8Array(1000 * (i % 40)).fill(i));
  for (const part of parts) await append(part);
  await flush();
  await flush();
  await append(Buffer.from('after'));
  await flush();
  await file.close();
  const expected = Buffer.concat([Buffer.from('before'), ...parts, Buffer.from('after')]);
  expect(readFileSync(join(folder, 'x')).equals(expected)).toBe(true);
});

it('goes on where a write stopped short', async () => {
  const sizes = fc.array(fc.nat(9), { minLength: 1 });
  await fc.assert(
    fc.asyncProperty(sizes, fc.infiniteStream(fc.integer({ min: 1, max: 20 })), async (parts, limits) => {
      const written: number[] = [];
      const file = {
        writev: async (buffers: Uint8Array[]) => {
          const taken = buffers.flatMap((bytes) => [...bytes]).slice(0, limits.next().value as number);
          written.push(...taken);
          return { bytesWritten: taken.length };
        },
      };
      const { append, flush } = gatherTo(file as unknown as FileHandle);
      for (const [i, size] of parts.entries()) await append(new Uint8Array(size).fill(i));
      await flush();
      expect(written).toEqual(parts.flatMap((size, i) => Array<number>(size).fill(i)));
    }),
  );
});

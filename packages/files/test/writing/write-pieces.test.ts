import { readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { writePieces } from '@ds/files';
import { temporaryFolder } from '@ds/test-support';

const folder = temporaryFolder();

it('writes pieces of any size in their order, after what is in the file, although they change afterwards', async () => {
  const sizes = [
    0,
    3,
    1 << 16,
    (1 << 16) + 1,
    5,
    ...Array.from({ length: 40 }, (_, i) => 1000 * i),
    1 << 21,
    7,
  ];
  const contents = sizes.map((size, i) => new Uint8Array(size).fill(i + 1));
  const memory = new Uint8Array(1 << 21);
  function* pieces() {
    for (const content of contents) {
      memory.set(content);
      yield memory.subarray(0, content.length);
    }
  }
  const path = join(folder, 'x');
  const file = await open(path, 'w');
  await file.write('before');
  expect(await writePieces(file, pieces())).toBe(sizes.reduce((sum, size) => sum + size));
  await file.close();
  expect(readFileSync(path).equals(Buffer.concat([Buffer.from('before'), ...contents]))).toBe(true);
});

it('writes small pieces together', async () => {
  const path = join(folder, 'y');
  const file = await open(path, 'w');
  function* pieces() {
    for (let done = 0; done < 40_000; done++) {
      // Nothing before the first 2^20 bytes.
      if (done === 16_000) expect(readFileSync(path)).toHaveLength(0);
      yield new Uint8Array(64);
    }
  }
  expect(await writePieces(file, pieces())).toBe(64 * 40_000);
  await file.close();
  expect(readFileSync(path)).toHaveLength(64 * 40_000);
});

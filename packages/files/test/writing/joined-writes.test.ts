import { readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { joinedWrites } from '@ds/files';
import { temporaryFolder } from '@ds/test-support';

const folder = temporaryFolder();

it('appends pieces of any size in their order, also after a flush, although they change afterwards', async () => {
  const file = await open(join(folder, 'x'), 'w');
  await file.write('before');
  const { append, flush } = joinedWrites(file);
  const pieces = Array.from({ length: 100 }, (_, i) => new Uint8Array(1000 * (i % 80)).fill(i));
  for (const piece of pieces) {
    const memory = piece.slice();
    await append(memory);
    memory.fill(255);
  }
  await flush();
  await flush();
  await append(Buffer.from('after'));
  await flush();
  await file.close();
  const expected = Buffer.concat([Buffer.from('before'), ...pieces, Buffer.from('after')]);
  expect(readFileSync(join(folder, 'x')).equals(expected)).toBe(true);
});

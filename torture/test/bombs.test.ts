import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { builtFile } from '@ds/test-support';
import { bombs } from '../hostile/bombs.js';
import { mostBytes, mostSeconds, readInProcess } from '../hostile/read-in-process.js';

builtFile(join(__dirname, '../../packages/criteo-data/dist/npz.js'));

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'bombs-'))));
afterAll(() => rmSync(folder, { recursive: true }));

// `npm run torture` reads them in larger sizes.
it.each(bombs(1 << 20))('$name: at most 64 MB and 20 times the file, and a few seconds', async (bomb) => {
  const path = join(folder, `bomb.${bomb.extension}`);
  const file = bomb.make();
  writeFileSync(path, file);
  const reading = await readInProcess(path);
  expect(reading.bytes).toBeLessThan(mostBytes(file.length));
  expect(reading.cpu).toBeLessThan(mostSeconds);
  if (reading.error !== undefined) expect(reading.error).toMatch(`${path}: `);
});

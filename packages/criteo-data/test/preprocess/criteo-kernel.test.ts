import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@ds/test-support';

const folder = temporaryFolder();
const rawDataFile = join(folder, 'train.txt');
const good = ['1', ...Array(13).fill('5'), ...Array(26).fill('0a')].join('\t');

/** The memories that were made, in their order. */
const memories: WebAssembly.Memory[] = [];
const { Memory } = WebAssembly;

beforeAll(() => {
  WebAssembly.Memory = class extends Memory {
    constructor(descriptor: WebAssembly.MemoryDescriptor) {
      super(descriptor);
      memories.push(this);
    }
  };
});
afterAll(() => {
  WebAssembly.Memory = Memory;
});

async function preprocess(text: string) {
  const { preprocessCriteo } = await import('@ds/criteo-data');
  writeFileSync(rawDataFile, text);
  return preprocessCriteo({ rawDataFile, processedDataFile: join(folder, 'processed.npz'), threads: 1 });
}

it('makes its memory in a run, not on import, and keeps it no longer', async () => {
  await import('@ds/criteo-data');
  expect(memories).toHaveLength(0);
  await preprocess(`${good}\n`);
  expect(memories).toHaveLength(1);
  await expect(preprocess('wrong\n')).rejects.toThrow('line 1');
  expect(memories).toHaveLength(2);
  expect((await preprocess(`${good}\n`)).rows).toBe(1);
  expect(memories).toHaveLength(3);
});

const size = 1 << 22;
it.each([
  ['blank lines', '\n'.repeat(size), 1],
  ['blank lines that end as on Windows', '\r\n'.repeat(size / 2), 1],
  ['blank lines after a row', `${good}\n`.padEnd(size, '\n'), 2],
])('takes memory by the length of the text for %s', async (_, text, line) => {
  await expect(preprocess(text)).rejects.toThrow(
    `${rawDataFile}: line ${line}: expected 40 tab-separated fields, found 1`,
  );
  expect(memories.at(-1)!.buffer.byteLength).toBeLessThan(6 * size);
});

it('names a line that is too short after as many rows as the text has room for', async () => {
  // Rows of no values are the shortest: 41 bytes.
  const row = `0${'\t'.repeat(39)}\n`;
  expect((await preprocess(row.repeat(100))).rows).toBe(100);
  expect((await preprocess(row.repeat(100).slice(0, -1))).rows).toBe(100);
  await expect(preprocess(`${row.repeat(100)}\n`)).rejects.toThrow('line 101: expected 40');
  await expect(preprocess(`${row.repeat(100)}0`)).rejects.toThrow('line 101: expected 40');
});

import { inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { DeflatedBlocks } from '@ds/files';
import { deflateBlocks } from '../src/deflate-blocks.js';

const blockSize = 1 << 18;

async function deflated(content: Uint8Array, reused?: DeflatedBlocks): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of deflateBlocks([content], { reused })) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** Blocks of different content by their numbers, and an end. */
function contentOf(blocks: readonly number[], end: number): Uint8Array {
  const content = new Uint8Array(blocks.length * blockSize + end);
  blocks.forEach((block, i) => {
    for (let j = 0; j < blockSize; j += 7) content[i * blockSize + j] = block * j;
  });
  return content;
}

describe('blocks deflated before', () => {
  it('are in a stream what they would be if they were deflated anew', async () => {
    const streams = fc.array(
      fc.record({
        blocks: fc.array(fc.nat({ max: 2 }), { maxLength: 3 }),
        end: fc.constantFrom(0, 1, 5000),
      }),
      { minLength: 2, maxLength: 4 },
    );
    await fc.assert(
      fc.asyncProperty(streams, fc.constantFrom(0, 2000, 1 << 25), async (contents, mostBytes) => {
        const reused = new DeflatedBlocks({ mostBytes });
        for (const { blocks, end } of contents) {
          const content = contentOf(blocks, end);
          const output = await deflated(content, reused);
          expect(output.equals(await deflated(content))).toBe(true);
          expect(inflateRawSync(output).equals(content)).toBe(true);
          expect(reused.bytes).toBeLessThanOrEqual(mostBytes);
        }
      }),
      { numRuns: 15 },
    );
  });

  it('are not deflated again, and those not used for longest go first', async () => {
    const done: string[] = [];
    const reused = new DeflatedBlocks({ mostBytes: 8 });
    const use = (name: string, dictionary = '') =>
      reused.reuse([Buffer.from(dictionary), Buffer.from(name)], 'level 6', async () => {
        done.push(dictionary + name);
        return Buffer.from('4444');
      });
    for (const name of ['a', 'b', 'a', 'c', 'a', 'b']) await use(name);
    expect(done).toEqual(['a', 'b', 'c', 'b']);
    // What stands before a block is part of what it is: 'b' after 'a' is no 'ab'.
    await use('b', 'a');
    await use('ab');
    expect(done.slice(4)).toEqual(['ab', 'ab']);
    expect(reused.bytes).toBe(8);
  });

  it('fail as their deflating does, and are tried again', async () => {
    const reused = new DeflatedBlocks();
    const part = [Uint8Array.of(1)];
    const failing = reused.reuse(part, '', () => Promise.reject(new Error('no memory')));
    await expect(failing).rejects.toThrow('no memory');
    expect([...(await reused.reuse(part, '', async () => Uint8Array.of(9)))]).toEqual([9]);
  });
});

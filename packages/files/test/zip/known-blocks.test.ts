import { KnownBlocks, ZipWriter } from '@ds/files';

const block = {
  input: Uint8Array.of(1, 2, 3),
  dictionary: Uint8Array.of(4) as Uint8Array | undefined,
  level: 6,
  strategy: 0,
  isLast: false,
};

/** What the second of two blocks gives, where to deflate the first gives 1 and the second 2. */
async function second(first: typeof block, next: typeof block, { from = 8, at = 8 } = {}): Promise<number> {
  const known = new KnownBlocks(from);
  await known.take(8, first, async () => Uint8Array.of(1));
  const [output] = await known.take(at, next, async () => Uint8Array.of(2));
  return output!;
}

describe('KnownBlocks', () => {
  it('takes what the same block gave before', async () => {
    expect(await second(block, { ...block, input: Uint8Array.of(1, 2, 3) })).toBe(1);
    const bare = { ...block, dictionary: undefined };
    expect(await second(bare, bare)).toBe(1);
  });

  it.each([
    ['other bytes', { input: Uint8Array.of(1, 2, 4) }],
    ['fewer bytes', { input: Uint8Array.of(1, 2) }],
    ['another dictionary', { dictionary: Uint8Array.of(5) }],
    ['no dictionary', { dictionary: undefined }],
    ['another level', { level: 4 }],
    ['another strategy', { strategy: 3 }],
    ['the last block', { isLast: true }],
  ])('deflates a block that differs: %s', async (_, difference) => {
    expect(await second(block, { ...block, ...difference })).toBe(2);
  });

  it('deflates a block at another place, or before those that are kept', async () => {
    expect(await second(block, block, { at: 16 })).toBe(2);
    expect(await second(block, block, { from: 9 })).toBe(2);
  });

  it('keeps what a block was, not what its array becomes', async () => {
    const array = Uint8Array.of(1, 2, 3);
    const known = new KnownBlocks(0);
    await known.take(0, { ...block, input: array }, async () => Uint8Array.of(1));
    array[0] = 9;
    const next = { ...block, input: array.slice() };
    expect([...(await known.take(0, next, async () => Uint8Array.of(2)))]).toEqual([2]);
  });

  it('leaves the bytes of a zip as they are', async () => {
    const blockSize = 1 << 18;
    const end = new Uint8Array(5 * blockSize + 77).map((_, i) => (i * i) >> 9);
    const known = new KnownBlocks(2 * blockSize);
    for (const start of [0, 1, 200]) {
      const parts = [new Uint8Array(2 * blockSize).map((_, i) => (i * start) >> 5), end];
      const zipped = async (options: { known?: KnownBlocks }) => {
        const pieces: Uint8Array[] = [];
        const zip = new ZipWriter(async (bytes) => void pieces.push(bytes.slice()));
        await zip.addDeflated('a', parts, options);
        await zip.finish();
        return Buffer.concat(pieces);
      };
      expect((await zipped({ known })).equals(await zipped({}))).toBe(true);
    }
  });
});

import { pullBytes } from '@ds/files';

describe('pullBytes', () => {
  it('gives what is written, and writes no more than a few pieces ahead of who takes them', async () => {
    let written = 0;
    const taken: number[] = [];
    const bytes = pullBytes(async (write) => {
      for (let i = 0; i < 50; i++, written++) await write(Uint8Array.of(i));
    });
    for await (const piece of bytes) {
      taken.push(...piece);
      expect(written - taken.length).toBeLessThan(4);
      await new Promise((resolve) => setTimeout(resolve));
    }
    expect(taken).toEqual(Array.from({ length: 50 }, (_, i) => i));
  });

  it('passes an error on, and ends the writing when nobody takes any more', async () => {
    const failing = pullBytes(async (write) => {
      await write(Uint8Array.of(1));
      throw new Error('no more input');
    });
    await expect(async () => {
      for await (const piece of failing) expect(piece).toEqual(Uint8Array.of(1));
    }).rejects.toThrow('no more input');

    let end: unknown;
    const endless = pullBytes(async (write) => {
      try {
        for (;;) await write(new Uint8Array(1));
      } catch (error) {
        end = error;
      }
    });
    for await (const piece of endless) if (piece.length > 0) break;
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(end).toBeInstanceOf(Error);
  });
});

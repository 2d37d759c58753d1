import { processPieces } from '../../../src/preprocess/pieces/process-pieces.js';

type Options = Parameters<typeof processPieces>[0];

const row = new TextEncoder().encode(`0${'\t'.repeat(39)}\n`);
const count = 12;
let begun: number;
async function* pieces(): AsyncGenerator<{ text: Uint8Array<ArrayBuffer> }> {
  for (begun = 0; begun < count; begun++) yield { text: row.slice() };
}
const assignIds: Options['assignIds'] = (piece) => {
  if (!('rows' in piece)) throw new Error('a row is not well formed');
  return { piece, ids: piece.distinct };
};

it('fails as each of the writes does, the last one too', async () => {
  for (let failing = 0; failing < 2 * count; failing++) {
    let writes = 0;
    const keep = async () => {
      if (writes++ === failing) throw new Error('no space left');
    };
    await expect(processPieces({ pieces: pieces(), threads: 1, assignIds, keep })).rejects.toThrow(
      'no space left',
    );
  }
});

it('fails as the ids of any piece do', async () => {
  for (let failing = 0; failing < count; failing++) {
    let numbered = 0;
    const failingIds: Options['assignIds'] = (piece) => {
      if (numbered++ === failing) throw new Error('too many ids');
      return assignIds(piece);
    };
    await expect(
      processPieces({ pieces: pieces(), threads: 1, assignIds: failingIds, keep: async () => undefined }),
    ).rejects.toThrow('too many ids');
  }
});

it('begins few pieces ahead of the one that gets its ids', async () => {
  let numbered = 0;
  const ahead: number[] = [];
  await processPieces({
    pieces: pieces(),
    threads: 1,
    assignIds: (piece) => {
      ahead.push(begun - numbered++);
      return assignIds(piece);
    },
    keep: async () => undefined,
  });
  expect(numbered).toBe(count);
  // Two for the one thread, and one that is read.
  expect(Math.max(...ahead)).toBeLessThanOrEqual(3);
});

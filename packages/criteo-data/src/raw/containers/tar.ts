import { pipeline, Readable } from 'node:stream';
import { extract, type Header } from 'tar-stream';
import { chooseMember, isWanted, memberNote } from './choose-member.js';
import { startsWith, type Container } from './container.js';

/** One file of an archive: its header, and a stream of its bytes, which begins when it is read. */
type Entry = AsyncIterable<Uint8Array> & { header: Header; resume(): void };

/** The requested file is not in the archive, but another one can be read in a second pass. */
export class OtherMember extends Error {
  constructor(readonly member: string) {
    super(member);
  }
}

/**
 * A tar archive (POSIX ustar and GNU), such as Criteo's dac.tar.gz with the Kaggle rows. Files before the requested one are
 * skipped, files after it are not read.
 */
export const tar: Container = {
  id: 'tar',
  isStart: (start) => startsWith(start, 'ustar', 257),
  open: async ({ name, bytes, member }) => {
    const archive = extract();
    // Errors reach the reader of the archive.
    pipeline(Readable.from(bytes, { objectMode: false }), archive, () => undefined);
    const entries = archive[Symbol.asyncIterator]() as unknown as AsyncIterator<Entry, undefined>;
    const passed: string[] = [];
    for (;;) {
      const { done, value: entry } = await entries.next();
      if (done) break;
      const { name: path, type } = entry.header;
      if (type === 'file' && isWanted(path, member)) {
        return {
          name: `${name}: ${path}`,
          bytes: contentOf(entry, () => archive.destroy()),
          note: memberNote(name, path, { member, isOnly: false }),
        };
      }
      if (type === 'file') passed.push(path);
      entry.resume();
    }
    throw new OtherMember(chooseMember(name, passed, member));
  },
};

async function* contentOf(entry: Entry, close: () => void): AsyncGenerator<Uint8Array> {
  try {
    yield* entry;
  } finally {
    close();
  }
}

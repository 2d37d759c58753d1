import { openZip } from '@ds/files';
import { chooseMember, memberNote } from './choose-member.js';
import { startsWith, type Container } from './container.js';

/** A zip archive with a file of rows in it. */
export const zip: Container = {
  id: 'zip',
  isStart: (start) => startsWith(start, 'PK\x03\x04') || startsWith(start, 'PK\x05\x06'),
  open: async ({ name, source, member }) => {
    if (!source) {
      throw new Error(`${name}: a zip archive, which is read from a file only; unpack it first`);
    }
    const archive = await openZip(source);
    const paths = [...archive.entries.keys()];
    if (paths.length > 0 && paths.every((path) => path.endsWith('.npy'))) {
      throw new Error(`${name}: an npz file: expected raw rows as text, found arrays`);
    }
    const chosen = chooseMember(name, paths, member);
    return {
      name: `${name}: ${chosen}`,
      bytes: archive.read(archive.entries.get(chosen)!),
      note: memberNote(name, chosen, { member, isOnly: paths.length === 1 }),
    };
  },
};

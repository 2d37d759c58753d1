import { basename } from 'node:path/posix';

/** Files that accompany data but are not data. */
const isAside = (path: string) =>
  /^\.|^(readme|license|licence|sample_?submission)/i.test(basename(path)) || /(^|\/)__MACOSX\//.test(path);

/** The names of training rows in an archive: Criteo's and Avazu's. */
const isTraining = (path: string) => /^train(\.(txt|csv|tsv))?(\.gz)?$/i.test(basename(path));

/** Whether a path inside an archive is the requested one, by default the training rows. */
export function isWanted(path: string, member: string | undefined): boolean {
  return member === undefined ? isTraining(path) : path === member || basename(path) === member;
}

/**
 * The file to read from an archive: the requested one, otherwise the only one with data.
 *
 * @throws Error naming the archive and the files in it.
 */
export function chooseMember(name: string, paths: readonly string[], member: string | undefined): string {
  const wanted = paths.find((path) => isWanted(path, member));
  if (wanted !== undefined) return wanted;
  const data = paths.filter((path) => !isAside(path));
  if (member === undefined && data.length === 1) return data[0]!;
  const listed = paths.slice(0, 8).join(', ') + (paths.length > 8 ? ', ...' : '');
  throw new Error(
    member === undefined
      ? `${name}: expected train.txt or a single file in the archive, found ${listed || 'none'}; name one with --member`
      : `${name}: expected ${member} in the archive, found ${listed || 'no files'}`,
  );
}

/** A note on which of several files was chosen; undefined if there was only one. */
export function memberNote(
  name: string,
  chosen: string,
  { member, isOnly }: { member: string | undefined; isOnly: boolean },
): string | undefined {
  return member === undefined && !isOnly
    ? `${name}: rows of ${chosen}; --member names another of its files`
    : undefined;
}

import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { escapePath, glob } from 'tinyglobby';
import { standardInput } from './open-raw-file.js';

/**
 * Expands names to files, in order: paths as they are; patterns (`day_*`) to the matching files in numeric order (`day_2`
 * before `day_10`); and the stem of numbered files (`input/day` for `input/day_0` and so on), as the original names the
 * Terabyte logs.
 *
 * @throws Error naming a pattern without a match, a duplicate file, or standard input together with files.
 */
export async function rawPaths(names: string | readonly string[]): Promise<string[]> {
  const paths: string[] = [];
  for (const name of typeof names === 'string' ? [names] : names) {
    if (name === standardInput || existsSync(name)) paths.push(name);
    else paths.push(...(await matching(name)));
  }
  if (paths.length === 0) throw new Error('expected a file of raw rows, found none');
  if (paths.length > 1 && paths.includes(standardInput)) {
    throw new Error('standard input (-) cannot be read together with files');
  }
  const files = paths.map((path) => (existsSync(path) ? realpathSync(path) : path));
  const twice = paths.find((_, index) => files.indexOf(files[index]!) !== index);
  if (twice !== undefined) throw new Error(`${twice}: named twice`);
  return paths;
}

async function matching(name: string): Promise<string[]> {
  const isPattern = /[*?[\]{}]/.test(name);
  const pattern = isPattern ? name : `${escapePath(name)}_*`;
  const found = await glob(pattern, { expandDirectories: false, absolute: isAbsolute(name) });
  // Files made from the rows are next to them.
  const others = found.filter((path) => !path.endsWith('.npz'));
  const files = isPattern ? others : others.filter((path) => dayOf(path)?.stem === join(name));
  if (isPattern && files.length === 0) throw new Error(`${name}: no file matches`);
  // A missing file is reported when it is opened.
  if (files.length === 0) return [name];
  const days = files.map((path) => dayOf(path)?.day);
  const twice = isPattern ? -1 : days.findIndex((day, index) => days.indexOf(day) !== index);
  if (twice >= 0) {
    const other = files[days.indexOf(days[twice])]!;
    throw new Error(`${name}: expected one file a day, found ${other} and ${files[twice]!}; name the files`);
  }
  return files.sort((one, other) => one.localeCompare(other, 'en', { numeric: true }));
}

/** The number that a file's name ends with, before its extension, and the path before it: `day_3.gz` is 3 of `day`. */
export function dayOf(path: string): { stem: string; day: number } | undefined {
  const [, stem, day] = /^(.+)_(\d+)((\.[a-z]\w*)*)$/i.exec(basename(path)) ?? [];
  return stem === undefined ? undefined : { stem: join(dirname(path), stem), day: Number(day) };
}

import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname, extname, resolve } from 'node:path';
import { checkpointExtensions, checkpointFormat } from '@ds/tensor-files';

/**
 * Fails before hours of work do, when their result could not be written.
 *
 * @throws Error naming the path when its folder is not one, or cannot be written
 */
export function expectOutput(path: string): void {
  let folder = dirname(resolve(path));
  while (!existsSync(folder)) folder = dirname(folder);
  if (!statSync(folder).isDirectory()) {
    throw new Error(`cannot write ${path}: expected ${folder} to be a folder, found a file`);
  }
  try {
    accessSync(folder, constants.W_OK);
  } catch {
    throw new Error(`cannot write ${path}: no permission to write to ${folder}`);
  }
}

/** @throws Error naming the path when its extension is not one of a checkpoint, or as `expectOutput` */
export function expectCheckpointOutput(path: string): void {
  if (!checkpointFormat(path)) {
    throw new Error(
      `${path}: expected a checkpoint called ${checkpointExtensions}, found "${extname(path)}"`,
    );
  }
  expectOutput(path);
}

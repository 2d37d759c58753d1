import { extname } from 'node:path';
import { parseBy } from '@ds/command-line';
import { checkpointExtensions, checkpointFormat } from '@ds/tensor-files';

/** A commander parser for the path of a checkpoint to write: one with another extension is wrong usage. */
export const parseCheckpointPath = parseBy((path) => {
  if (checkpointFormat(path)) return path;
  throw new Error(`${path}: expected a checkpoint called ${checkpointExtensions}, found "${extname(path)}"`);
});

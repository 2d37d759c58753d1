import { extname } from 'node:path';
import { checkOutputs } from '@ds/files';
import { checkpointExtensions, checkpointFormat } from '@ds/tensor-files';

/**
 * Fails before hours of work do, when their result could not be written or would destroy what they read.
 *
 * @throws Error naming the path when its extension is not one of a checkpoint, or as `checkOutputs`
 */
export function expectCheckpointOutput(path: string, { inputs }: { inputs: readonly string[] }): void {
  if (!checkpointFormat(path)) {
    throw new Error(
      `${path}: expected a checkpoint called ${checkpointExtensions}, found "${extname(path)}"`,
    );
  }
  checkOutputs({ inputs, outputs: [path] });
}

import { extname } from 'node:path';
import { checkOutputs } from '@ds/files';
import { checkpointExtensions, checkpointFormat } from '@ds/tensor-files';

/**
 * Fails before hours of work if the result could not be written or would overwrite an input.
 *
 * @throws Error naming the path if it does not have the extension of a checkpoint; and errors of `checkOutputs`
 */
export function expectCheckpointOutput(path: string, { inputs }: { inputs: readonly string[] }): void {
  if (!checkpointFormat(path)) {
    throw new Error(
      `${path}: expected a checkpoint called ${checkpointExtensions}, found "${extname(path)}"`,
    );
  }
  checkOutputs({ inputs, outputs: [path] });
}

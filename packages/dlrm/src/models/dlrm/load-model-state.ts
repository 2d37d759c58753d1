import { loadModelTensors, type ModelState } from '@ds/tensor-files';
import { configFromStateDict, shapesOf } from './config.js';

/**
 * Reads the tensors of a DLRM for `Dlrm.fromStateDict`, as `loadModelTensors` of `@ds/tensor-files` does.
 *
 * @throws Error naming the file, and the tensor or field that is wrong, or that no DLRM has.
 */
export async function loadModelState(
  path: string,
  options?: Parameters<typeof loadModelTensors>[1],
): Promise<ModelState> {
  const state = await loadModelTensors(path, options);
  try {
    configFromStateDict(shapesOf(state));
  } catch (error) {
    throw new Error(`${path}: ${(error as Error).message}`, { cause: error });
  }
  return state;
}

import { existsSync } from 'node:fs';
import { basename, extname } from 'node:path';

/** A trained model and the rows that it was trained on. */
export interface TrainedModel {
  name: string;
  modelPath: string;
  dataPath: string;
}

/**
 * The models that the environment variable FRONTIER_MODELS names, separated by commas: `flights.ckpt` with its processed
 * rows next to it, as `flights.npz`.
 *
 * @throws Error if it names none, or a file is missing
 */
export function trainedModels(): TrainedModel[] {
  const paths = (process.env['FRONTIER_MODELS'] ?? '').split(',').filter((path) => path !== '');
  if (paths.length === 0) {
    throw new Error(
      'FRONTIER_MODELS: expected the checkpoints of trained models, separated by commas, found none; README.md says how to make them',
    );
  }
  return paths.map((modelPath) => {
    const ending = extname(modelPath);
    const dataPath = `${modelPath.slice(0, modelPath.length - ending.length)}.npz`;
    for (const path of [modelPath, dataPath]) {
      if (!existsSync(path)) throw new Error(`FRONTIER_MODELS: expected ${path}, found no such file`);
    }
    return { name: basename(modelPath, ending), modelPath, dataPath };
  });
}

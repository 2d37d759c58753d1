import { join, resolve } from 'node:path';
import type { GridPoint } from './grid-point.js';
import { methodOf } from '../methods.js';

/** The name, without extension, of a compressed model's zip and of the checkpoint inside it. */
export function modelName(point: GridPoint): string {
  return methodOf(point).file(point).name;
}

/** The absolute path of a compressed model: `<dump>/L1/config_(1, 4)/criteo_model_norm=L1_sl=0.9.zip`. */
export function modelZipPath(dumpPath: string, point: GridPoint): string {
  const { folders, name } = methodOf(point).file(point);
  return resolve(join(dumpPath, ...folders, `${name}.zip`));
}

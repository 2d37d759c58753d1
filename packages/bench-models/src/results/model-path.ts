import { join, resolve } from 'node:path';
import type { GridPoint } from '../grid/grid.js';
import { formatPythonFloat, formatPythonTuple } from './python-notation.js';

/** The name, without extension, of a pruned model's zip and of the checkpoint inside it. */
export function modelName({ norm, sparsityLevel }: GridPoint): string {
  return `criteo_model_norm=${norm}_sl=${formatPythonFloat(sparsityLevel)}`;
}

/** The absolute path of a pruned model: `<dump>/L1/config_(1, 4)/criteo_model_norm=L1_sl=0.9.zip`. */
export function modelZipPath(dumpPath: string, point: GridPoint): string {
  const folder = `config_${formatPythonTuple(point.sparseBlockShape)}`;
  return resolve(join(dumpPath, point.norm, folder, `${modelName(point)}.zip`));
}

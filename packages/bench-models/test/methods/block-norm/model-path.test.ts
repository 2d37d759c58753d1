import { join, resolve } from 'node:path';
import { modelName, modelZipPath } from '../../../src/methods/grid/model-path.js';

test("files are named as the original's evaluate_disk_savings.py names them", () => {
  const point = { norm: 'L2', sparseBlockShape: [1, 4], sparsityLevel: 0 } as const;
  expect(modelName(point)).toBe('criteo_model_norm=L2_sl=0.0');
  expect(modelZipPath('/dump', { ...point, sparsityLevel: 0.91 })).toBe(
    resolve('/dump', 'L2', 'config_(1, 4)', 'criteo_model_norm=L2_sl=0.91.zip'),
  );
});

test('the path is absolute', () => {
  const point = { norm: 'L1', sparseBlockShape: [1, 1], sparsityLevel: 1 } as const;
  expect(modelZipPath('dump', point)).toBe(
    join(process.cwd(), 'dump', 'L1', 'config_(1, 1)', 'criteo_model_norm=L1_sl=1.0.zip'),
  );
});

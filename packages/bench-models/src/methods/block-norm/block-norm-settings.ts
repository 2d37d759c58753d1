import type { MethodSetting } from '../method.js';
import { defaultNorms, defaultSparseBlockShapes, defaultSparsityLevels } from './grid.js';
import { parseBlockShape } from './parse-block-shape.js';

/** The settings of the original's grid, as `benchmarkGrid` takes them. */
export const blockNormSettings: readonly MethodSetting[] = [
  {
    name: 'sparsityLevels',
    flag: '--sparsity-levels <list>',
    description: 'fractions of the blocks to prune, each from 0 to 1',
    values: 'numbers',
    byDefault: defaultSparsityLevels,
    defaultText: defaultSparsityLevels.join(','),
  },
  {
    name: 'sparseBlockShapes',
    flag: '--sparse-block-shapes <list>',
    description: 'rows x columns of the blocks',
    values: parseBlockShape,
    byDefault: defaultSparseBlockShapes,
    defaultText: defaultSparseBlockShapes.map((shape) => shape.join('x')).join(','),
  },
  {
    name: 'norms',
    flag: '--norms <list>',
    description: 'norms by which blocks are ranked: L1, L2',
    values: 'words',
    byDefault: defaultNorms,
    defaultText: defaultNorms.join(','),
  },
  {
    name: 'allCombinations',
    flag: '--all-combinations',
    description: 'also L2 with 1x1, which ranks as L1 does',
    values: 'switch',
    byDefault: false,
  },
];

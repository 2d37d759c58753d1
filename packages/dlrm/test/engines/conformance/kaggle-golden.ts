import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { configFromStateDict, type DlrmConfig, type StateDict } from '../../../src/index.js';
import { formula } from '../../formula.js';
import { expectClose, goldenFolder } from '../../golden-model.js';

interface Samples {
  [name: string]: { samples: number[]; squares: number };
}

interface KaggleGolden {
  tableRows: number[];
  batch: number;
  learningRate: number;
  probabilities: number[];
  gradients: Samples;
  losses: number[];
  final: Samples;
}

/** What facebookresearch/dlrm computed with the Kaggle architecture; `parity/model/dlrm.py` writes it. */
export function readKaggleGolden(): KaggleGolden {
  return JSON.parse(readFileSync(join(goldenFolder, 'kaggle.json'), 'utf8')) as KaggleGolden;
}

/** The parameters that parity/model/dlrm.py starts its Kaggle run from. */
export function kaggleFormulaState(config: DlrmConfig): StateDict {
  const shapes: [string, number[]][] = config.tableRows.map((rows, table) => [
    `emb_l.${table}.weight`,
    [rows, config.embeddingDim],
  ]);
  for (const [prefix, widths] of [
    ['bot_l', config.bottomMlp],
    ['top_l', config.topMlp],
  ] as const) {
    widths.slice(1).forEach((outputs, layer) => {
      shapes.push([`${prefix}.${2 * layer}.weight`, [outputs, widths[layer]!]]);
      shapes.push([`${prefix}.${2 * layer}.bias`, [outputs]]);
    });
  }
  const state: StateDict = {};
  shapes.forEach(([name, shape], salt) => {
    const [rows, columns = 1] = shape as [number, number?];
    const bound = name.endsWith('weight') ? Math.sqrt(6 / (rows + columns)) : Math.sqrt(1 / rows);
    const data = Float32Array.from(formula(1000 + salt, rows * columns), (x) => (2 * x - 1) * bound);
    state[name] = { data, shape };
  });
  expect(configFromStateDict(state)).toEqual(config);
  return state;
}

/** Compares a sample of each tensor, and the root of its sum of squares. */
export function expectSamplesClose(found: StateDict, expected: Samples, tolerance: number): void {
  expect(Object.keys(found)).toEqual(Object.keys(expected));
  for (const [name, { samples, squares }] of Object.entries(expected)) {
    const { data } = found[name]!;
    const places = formula(77, samples.length).map((x) => Math.floor(x * data.length));
    expectClose(
      name,
      Array.from(places, (place) => data[place]!),
      samples,
      tolerance,
    );
    const sum = data.reduce((total, value) => total + value ** 2, 0);
    expectClose(
      `${name}, root of the sum of squares`,
      [Math.sqrt(sum)],
      [Math.sqrt(squares)],
      10 * tolerance,
    );
  }
}

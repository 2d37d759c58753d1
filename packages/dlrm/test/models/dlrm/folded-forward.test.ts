import type { EmbeddingTable } from '@ds/data-sparsifier';
import { SparseTable } from '@ds/data-sparsifier';
// By its path: jest's mock below runs before the imports.
import { builtFile } from '../../../../test-support/src/built-file.js';
import { Dlrm, foldMask, usedTables, type DlrmConfig, type StateDict } from '../../../src/index.js';
import { expectClose, readSmallGolden, resized } from '../../golden-model.js';
import { referenceForward } from '../../reference-forward.js';

// Threads cannot run sources.
jest.mock('../../../src/forward-worker-url.js', () => {
  const { join } = jest.requireActual('node:path');
  const { pathToFileURL } = jest.requireActual('node:url');
  return { forwardWorkerUrl: pathToFileURL(builtFile(join(__dirname, '../../../dist/forward.worker.js'))) };
});

let initial: StateDict;
let config: DlrmConfig;
let batch: ReturnType<typeof resized>;

beforeAll(async () => {
  const golden = await readSmallGolden();
  ({ initial } = golden);
  // Enough for threads: several parts of 512 and a rest.
  batch = resized(golden.batches[2]!, 4096 + 37);
  const model = await Dlrm.fromStateDict(initial, { engine: 'onnx:cpu' });
  ({ config } = model);
  await model.dispose();
});

/** The features that are kept, as a mask on z: columns of the bottom MLP's output, and pairs of vectors. */
function maskOf(isKept: (feature: { column: number } | { row: number; column: number }) => boolean) {
  const { embeddingDim, tableRows } = config;
  const kept = Array.from({ length: embeddingDim }, (_, column) => isKept({ column }));
  for (let row = 1; row <= tableRows.length; row++) {
    for (let column = 0; column < row; column++) kept.push(isKept({ row, column }));
  }
  return { data: Float32Array.from(kept, Number), shape: [kept.length] };
}

const masks = {
  'two columns and all pairs in three': () =>
    maskOf((feature) =>
      'row' in feature ? (feature.row + 2 * feature.column) % 3 !== 1 : feature.column < 2,
    ),
  'only pairs among the vectors 0, 2 and 4': () =>
    maskOf(
      (feature) => 'row' in feature && [feature.row, feature.column].every((vector) => vector % 2 === 0),
    ),
  'the pair of the last two tables': () =>
    maskOf((feature) => 'row' in feature && feature.column === config.tableRows.length - 1),
  'no pair': () => maskOf((feature) => !('row' in feature)),
};
const tablesOf: Record<keyof typeof masks, number[]> = {
  'two columns and all pairs in three': [0, 1, 2, 3, 4, 5],
  'only pairs among the vectors 0, 2 and 4': [1, 3, 5],
  'the pair of the last two tables': [4, 5],
  'no pair': [],
};
const names = Object.keys(masks) as (keyof typeof masks)[];

/** A table that gives no row. */
class LockedTable implements EmbeddingTable {
  readonly byteLength = 0;
  constructor(
    readonly rows: number,
    readonly dim: number,
  ) {}
  gatherRows(): never {
    throw new Error('a row was looked up');
  }
  toDense(): Float32Array {
    return new Float32Array(this.rows * this.dim);
  }
}

describe.each(names)('a model with %s', (name) => {
  test('on several threads gives what it gives on one, and what plain loops give', async () => {
    const mask = masks[name]();
    const means = Float32Array.from(mask.data, (_, column) => Math.sin(column));
    const sparse = { ...initial };
    for (const table of config.tableRows.keys()) {
      const key = `emb_l.${table}.weight`;
      Object.assign(sparse, { [key]: SparseTable.fromDense({ table: initial[key]! }) });
    }
    const expected = referenceForward(config, initial, batch, {
      'top_l.0': (z) => z.map((value, column) => (mask.data[column] === 1 ? value : means[column]!)),
    });
    for (const state of [initial, sparse]) {
      const model = await Dlrm.fromStateDict(state, { engine: 'onnx:cpu', threads: 1 });
      const one = await foldMask(model, mask, { means, threads: 1 });
      const three = await foldMask(model, mask, { means, threads: 3 });
      const found = await one.forward(batch);
      expectClose('one thread', found, expected, 1e-6);
      for (let time = 0; time < 2; time++) expectClose('three', await three.forward(batch), found, 1e-6);
      await Promise.all([model, one, three].map((opened) => opened.dispose()));
    }
  });

  test('looks up rows of the tables alone that a pair is left of', async () => {
    const mask = masks[name]();
    const model = await Dlrm.fromStateDict(initial, { engine: 'onnx:cpu' });
    const folded = await foldMask(model, mask);
    expect(usedTables(folded.config)).toEqual(tablesOf[name]);
    const state = { ...folded.modelState() };
    for (const table of config.tableRows.keys()) {
      if (tablesOf[name].includes(table)) continue;
      state[`emb_l.${table}.weight`] = new LockedTable(config.tableRows[table]!, config.embeddingDim);
    }
    const expected = referenceForward(config, initial, batch, {
      'top_l.0': (z) => z.map((value, column) => value * mask.data[column]!),
    });
    for (const options of [
      { engine: 'onnx:cpu', threads: 1 },
      { engine: 'onnx:cpu', threads: 3 },
      { engine: 'tfjs:cpu' },
    ] as const) {
      const locked = await Dlrm.fromStateDict(state, options);
      expectClose(JSON.stringify(options), await locked.forward(batch), expected, 1e-6);
      // By way of a graph of ONNX Runtime, or of the operations of TensorFlow.js.
      await locked.rowGradients(batch);
      await locked.dispose();
    }
    await Promise.all([model.dispose(), folded.dispose()]);
  });
});

test('a model with all features uses all tables', () => {
  expect(usedTables(config)).toEqual([0, 1, 2, 3, 4, 5]);
});

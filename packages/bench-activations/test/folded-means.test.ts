import { applyMask, maskSmallest } from '@ds/activation-sparsifier';
import { RandomStream } from '@ds/criteo-data';
import {
  Dlrm,
  evaluate,
  foldMask,
  train,
  type DlrmConfig,
  type LabelledBatch,
  type LabelledDataset,
} from '@ds/dlrm';
import { binaryClassificationMetrics } from '@ds/dlrm/metrics';
import { columnMeans, columnStatistics } from '../src/column-statistics.js';
import { scoreOf } from '../src/scores/scores.js';

const config: DlrmConfig = {
  embeddingDim: 4,
  tableRows: [20, 30, 10, 15, 8],
  bottomMlp: [4, 8, 4],
  topMlp: [4 + 15, 16, 8, 1],
};
const tables = config.tableRows.length;

/** Rows whose labels follow from the dense features and from pairs of ids. */
function clicks(rows: number, seed: number): LabelledDataset {
  const random = new RandomStream(seed);
  const data: LabelledBatch = {
    // Far from 0, like logarithms of counts.
    dense: Float32Array.from({ length: rows * 4 }, () => 3 + random.next()),
    sparse: Int32Array.from({ length: rows * tables }, (_, at) =>
      Math.floor(random.next() * config.tableRows[at % tables]!),
    ),
    labels: new Float32Array(rows),
  };
  const part = (start: number, end: number): LabelledBatch => ({
    dense: data.dense.subarray(start * 4, end * 4),
    sparse: data.sparse.subarray(start * tables, end * tables),
    labels: data.labels.subarray(start, end),
  });
  for (let row = 0; row < rows; row++) {
    const { dense, sparse } = part(row, row + 1);
    const [a, b, c] = [...sparse].map((id) => (id % 3) - 1) as [number, number, number];
    const logit = 3 * (dense[0]! - 3.5) - 2 * (dense[1]! - 3.5) + 1.5 * a * b + c;
    data.labels[row] = Number(random.next() < 1 / (1 + Math.exp(-logit)));
  }
  return {
    length: rows,
    async *batches({ batchSize }) {
      for (let start = 0; start < rows; start += batchSize)
        yield part(start, Math.min(start + batchSize, rows));
    },
  };
}

const [trainRows, testRows] = [clicks(6000, 1), clicks(4000, 2)];
let model: Dlrm;
beforeAll(async () => {
  model = await Dlrm.create(config, { seed: 3, engine: 'onnx:cpu', threads: 1 });
  await train({ model, dataset: trainRows, epochs: 6, batchSize: 32, learningRate: 0.2 });
});
afterAll(() => model.dispose());

async function aucOf(tested: Dlrm): Promise<number> {
  const { labels, scores } = await evaluate({ model: tested, dataset: testRows });
  return binaryClassificationMetrics(labels, scores).rocAuc!;
}

test('the model has learnt from its z', async () => {
  expect(await aucOf(model)).toBeGreaterThan(0.65);
});

test.each([
  [0.25, 0],
  [0.5, 0],
  [0.75, 0],
  [0.85, 0.01],
  [0.9, 0.001],
])(
  'at level %d a model with means in place of columns of z is at or above the masked one: its ROC AUC by at least %d',
  async (sparsityLevel, gain) => {
    const statistics = await columnStatistics({ model, dataset: trainRows, rows: 6000, seed: 1 });
    const weight = model.stateDict()['top_l.0.weight']!.data;
    const data = Float32Array.from(scoreOf('curvature-about-mean').of(statistics, weight));
    const mask = maskSmallest({ data, shape: [data.length] }, { sparsityLevel });
    const hook = model.registerForwardPreHook('top_l.0', (z) => applyMask(z, mask));
    const masked = await aucOf(model);
    hook.remove();
    const plain = await foldMask(model, mask);
    expect(await aucOf(plain)).toBeCloseTo(masked, 5);
    const withMeans = await foldMask(model, mask, { means: columnMeans(statistics) });
    // Two rows may change places by rounding.
    expect(await aucOf(withMeans)).toBeGreaterThan(masked + gain - 1e-5);
    await Promise.all([plain.dispose(), withMeans.dispose()]);
  },
);

import { RandomStream } from '@ds/criteo-data';
import { Dlrm, type DlrmConfig, type LabelledBatch, type LabelledDataset } from '@ds/dlrm';
import { columnMeans, columnStatistics, zLayer, type ColumnStatistics } from '../src/column-statistics.js';
import { scoreIds, scoreOf } from '../src/scores/scores.js';

const config: DlrmConfig = {
  embeddingDim: 4,
  tableRows: [5, 3],
  bottomMlp: [13, 6, 4],
  topMlp: [7, 8, 1],
};
const width = config.topMlp[0]!;
const examples = 50;

let model: Dlrm;
let weight: Float32Array;
let dataset: LabelledDataset;
let z: number[][];
let statistics: ColumnStatistics;

beforeAll(async () => {
  model = await Dlrm.create(config, { seed: 3, engine: 'onnx:cpu' });
  weight = model.stateDict()['top_l.0.weight']!.data;
  const random = new RandomStream(5);
  const batch: LabelledBatch = {
    dense: Float32Array.from({ length: examples * 13 }, () => 3 * random.next()),
    sparse: Int32Array.from({ length: examples * 2 }, (_, at) =>
      Math.floor(random.next() * config.tableRows[at % 2]!),
    ),
    labels: Float32Array.from({ length: examples }, (_, at) => at % 2),
  };
  dataset = {
    length: examples,
    async *batches() {
      yield batch;
    },
  };
  const values = await model.forwardBetween({ batch, to: zLayer });
  z = Array.from({ length: examples }, (_, at) => [...values.subarray(at * width, (at + 1) * width)]);
  statistics = await columnStatistics({ model, dataset, rows: 1000, seed: 1 });
});
afterAll(() => model.dispose());

const columns = Array.from({ length: width }, (_, column) => column);
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const column = (at: number) => z.map((row) => row[at]!);

/** The mean over the examples of what `change` of one column adds to the loss beyond first order, by the logits. */
async function secondOrder(at: number, change: (value: number) => number): Promise<number> {
  const slopes = await Promise.all(
    z.map(async (row) => {
      // A hundredth of the way: the logit is linear there, but for the kinks of ReLU.
      const step = (share: number) => {
        const moved = Float32Array.from(row);
        moved[at]! += share * change(row[at]!);
        return model.forwardBetween({ from: { module: zLayer, values: moved } });
      };
      const [[before], [after]] = [await step(0), await step(1e-2)];
      const logit = (p: number) => Math.log(p / (1 - p));
      const slope = (logit(after!) - logit(before!)) / 1e-2;
      return before! * (1 - before!) * slope * slope;
    }),
  );
  return mean(slopes) / 2;
}

test('the scores are what they say, in plain loops', async () => {
  const of = (id: string) => [...scoreOf(id).of(statistics, weight)];
  const close = (found: number[], expected: number[], share = 1e-5) =>
    found.forEach((value, at) =>
      expect(Math.abs(value - expected[at]!)).toBeLessThan(share * Math.max(...expected)),
    );
  close(
    of('mean'),
    columns.map((at) => Math.abs(mean(column(at)))),
  );
  close(
    of('mean-magnitude'),
    columns.map((at) => mean(column(at).map(Math.abs))),
  );
  close(
    of('wanda'),
    columns.map((at) => {
      const norm = Math.sqrt(mean(column(at).map((value) => value * value)));
      return Array.from({ length: 8 }, (_, output) => Math.abs(weight[output * width + at]!) * norm).reduce(
        (sum, value) => sum + value,
      );
    }),
  );
  const drops = await Promise.all(columns.map((at) => secondOrder(at, (value) => -value)));
  close(of('curvature'), drops, 2e-2);
  const toMeans = await Promise.all(
    columns.map((at) => secondOrder(at, (value) => mean(column(at)) - value)),
  );
  close(of('curvature-about-mean'), toMeans, 2e-2);
  expect(scoreIds).toHaveLength(5);
});

test('the means of the columns', () => {
  columnMeans(statistics).forEach((value, at) => expect(value).toBeCloseTo(mean(column(at)), 5));
});

test('as many rows as are wanted, and no more', async () => {
  const some = await columnStatistics({ model, dataset, rows: 7, seed: 1 });
  expect(some.examples).toBe(7);
  columnMeans(some).forEach((value, at) => expect(value).toBeCloseTo(mean(column(at).slice(0, 7)), 5));
  const empty = { ...dataset, length: 0, async *batches() {} };
  await expect(columnStatistics({ model, dataset: empty, rows: 7, seed: 1 })).rejects.toThrow(
    'calibration: expected training rows, found none',
  );
});

test('a column that never changes counts nothing about its mean', () => {
  const constant = { ...statistics, examples: 2, values: Float64Array.of(6), curvatures: Float64Array.of(5) };
  const all = { ...constant, curvedValues: Float64Array.of(15), curvedSquares: Float64Array.of(45) };
  expect([...scoreOf('curvature-about-mean').of(all, weight)]).toEqual([0]);
  expect([...scoreOf('curvature').of(all, weight)]).toEqual([45 / 4]);
});

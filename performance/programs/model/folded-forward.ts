import { RandomStream } from '@ds/criteo-data';
import { TableMemory } from '@ds/data-sparsifier';
import { Dlrm, foldMask, kaggleConfigFor, type DlrmConfig, type LabelledBatch } from '@ds/dlrm';
import * as ort from 'onnxruntime-node';
import { forwardGraph } from '../../../packages/dlrm/src/engines/onnx/graph/dlrm-graphs.js';
import { forwardKernel } from '../../../packages/dlrm/src/engines/onnx/kernels/forward-kernel.js';
import { InteractionMemory } from '../../../packages/dlrm/src/engines/onnx/kernels/interaction-memory.js';
import { Sessions } from '../../../packages/dlrm/src/engines/onnx/sessions.js';
import { denseLayers } from '../../../packages/dlrm/src/models/dlrm/config.js';
import { featureParts, usedTables } from '../../../packages/dlrm/src/models/dlrm/hooks/kept-features.js';
import { DenseTable } from '../../../packages/dlrm/src/tables/dense-table.js';
import { gatherRowsOfTables } from '../../../packages/dlrm/src/tables/gather-rows.js';
import { randomBatch, tenthOfKaggle } from '../../inputs/forward-batch.js';
import { inProcess, spreadOf, timeInPairs } from '../../measuring/paired-timing.js';
import { duration, printTable } from '../../measuring/report-table.js';

// The forward pass of models without some activations, compared with the dense model: without columns of z (the input of
// top_l.0), and without columns of z and units before top_l.2. Batch 16384, tables of a tenth of Kaggle's rows. Then the time
// of each part of the pass on one thread, which limits what can be gained.
const batchSize = 16384;
// As many examples as a thread of `onnx:cpu` computes at a time.
const partSize = 512;
const partNames = ['lookups', 'bottom MLP', 'interaction', 'top_l.0', 'rest of the top MLP'] as const;
type PartTimes = Record<(typeof partNames)[number], number>;

const batch = randomBatch(batchSize, tenthOfKaggle);
const dense = await Dlrm.create(kaggleConfigFor(tenthOfKaggle), { seed: 1 });
const folded: { name: string; model: Dlrm }[] = [];
for (const level of [0.25, 0.5, 0.75, 0.9]) {
  folded.push({ name: `z at ${level}`, model: await foldMask(dense, randomMask(367, level)) });
}
for (const level of [0.25, 0.5, 0.75]) {
  const withoutUnits = await foldMask(dense, randomMask(512, level), { layer: 'top_l.2' });
  folded.push({
    name: `z and top_l.2 at ${level}`,
    model: await foldMask(withoutUnits, randomMask(367, level)),
  });
  await withoutUnits.dispose();
}

const paired = [];
for (const { name, model } of folded) {
  const { ours, rival, ratio, rounds } = await timeInPairs({
    ours: () => model.forward(batch),
    rival: inProcess(() => dense.forward(batch)),
    rounds: 21,
  });
  paired.push([name, duration(ours.median), duration(rival.median), ratio.toFixed(2), String(rounds)]);
}
printTable(
  'The forward pass on two threads without some activations, and of the dense model in alternation',
  ['Dropped', 'Median', 'Dense', 'Ratio', 'Rounds'],
  paired,
);

const models = [{ name: 'dense', model: dense }, ...folded];
const timers = models.map(({ model }) => partTimer(model, batch));
const rounds: PartTimes[][] = models.map(() => []);
for (let round = 0; round <= Number(process.env['PERFORMANCE_ROUNDS'] ?? 15); round++) {
  for (const [place, timer] of timers.entries()) {
    const times = await timer();
    if (round > 0) rounds[place]!.push(times);
  }
}
const medians = rounds.map((of) =>
  partNames.map((name) => spreadOf(of.map((times) => 1000 * times[name])).median),
);
const sums = medians.map((times) => times.reduce((sum, time) => sum + time, 0));
const products = models.map(({ model }) => productsOf(model));
const inAll = (text: string, values: readonly number[], digits: number) => [
  text,
  ...values.map((value) => value.toFixed(digits)),
];
printTable(
  `\nMilliseconds of each part of that batch, on one thread in parts of ${partSize} examples (medians)`,
  ['Part', ...models.map(({ name }) => name)],
  [
    ...partNames.map((name, part) =>
      inAll(
        name,
        medians.map((times) => times[part]!),
        1,
      ),
    ),
    inAll('sum', sums, 1),
    inAll(
      'times faster than dense',
      sums.map((sum) => sums[0]! / sum),
      2,
    ),
    inAll('multiplications an example', products, 0),
    inAll(
      'times fewer',
      products.map((count) => products[0]! / count),
      2,
    ),
  ],
);
for (const { model } of models) await model.dispose();

/** Drops this share of the columns of a layer's input, at random. */
function randomMask(width: number, level: number) {
  const random = new RandomStream(1);
  const order = Array.from({ length: width }, (_, column) => ({ column, key: random.next() }));
  order.sort((one, other) => one.key - other.key);
  const data = new Float32Array(width).fill(1);
  for (const { column } of order.slice(0, Math.round(level * width))) data[column] = 0;
  return { data, shape: [width] };
}

/** Multiplications for one example: of both MLPs, and of the pairs. */
function productsOf({ config }: Dlrm): number {
  const { bottom, top } = denseLayers(config);
  const layers = [...bottom, ...top].reduce((sum, { inputs, outputs }) => sum + inputs * outputs, 0);
  return layers + featureParts(config).pairs.length * config.embeddingDim;
}

/** Computes the forward pass part by part, as a thread of `onnx:cpu` does, and returns the seconds of each kind of work. */
function partTimer(model: Dlrm, { dense: features, sparse }: LabelledBatch): () => Promise<PartTimes> {
  const config: DlrmConfig = model.config;
  const used = usedTables(config);
  const state = model.stateDict();
  const tables = config.tableRows.map((_, table) => new DenseTable(state[`emb_l.${table}.weight`]!));
  const parameters: Record<string, ort.Tensor> = {};
  const { bottom, top } = denseLayers(config);
  for (const name of [...bottom, ...top].flatMap(({ weight, bias }) => [weight, bias])) {
    parameters[name] = new ort.Tensor('float32', state[name]!.data, state[name]!.shape);
  }
  const sessions = new Sessions(ort, { executionProviders: ['cpu'], intraOpNumThreads: 1 });
  const memory = new TableMemory();
  const kernel = forwardKernel(memory.linearMemory);
  const interaction = new InteractionMemory({ memory, kernel, config, capacity: partSize });
  const ids = new Int32Array(partSize * tables.length);
  const run = async (section: { from?: string; to?: string }, input: Float32Array, output: Float32Array) => {
    const session = await sessions.get(JSON.stringify(section), () => forwardGraph(config, section));
    const matrix = (values: Float32Array) =>
      new ort.Tensor('float32', values, [partSize, values.length / partSize]);
    await session.run({ ...parameters, input: matrix(input) }, { result: matrix(output) });
  };
  const hidden = new Float32Array(partSize * top[0]!.outputs);
  const probabilities = new Float32Array(partSize);
  return async () => {
    const times = Object.fromEntries(partNames.map((name) => [name, 0])) as PartTimes;
    let start = performance.now();
    const lap = (name: keyof PartTimes) => {
      const now = performance.now();
      times[name] += (now - start) / 1000;
      start = now;
    };
    for (let first = 0; first < batchSize; first += partSize) {
      ids.set(sparse.subarray(first * tables.length, (first + partSize) * tables.length));
      gatherRowsOfTables(tables, ids, interaction.rows(partSize), { order: 'tables first', used });
      lap('lookups');
      const denseInputs = config.bottomMlp[0]!;
      const input = features.subarray(first * denseInputs, (first + partSize) * denseInputs);
      await run({ to: 'interaction' }, input, interaction.bottomOutput(partSize));
      lap('bottom MLP');
      const z = interaction.features(partSize);
      lap('interaction');
      await run({ from: 'top_l.0', to: 'top_l.2' }, z, hidden);
      lap('top_l.0');
      await run({ from: 'top_l.2' }, hidden, probabilities);
      lap('rest of the top MLP');
    }
    return times;
  };
}

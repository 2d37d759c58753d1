import { RandomStream } from '@ds/criteo-data';
import * as tf from '@tensorflow/tfjs'; // all of tfjs: its core alone knows no gradients
import { stateDictShapes, type DlrmConfig } from '../../src/models/dlrm/config.js';
import { initialStateDict } from '../../src/models/dlrm/initialise.js';
import { modulesOf } from '../../src/models/dlrm/modules.js';
import { tfjsOps } from '../../src/engines/tfjs/tfjs-ops.js';
import { logitGradients, lossGradients } from '../../src/network/derivatives.js';
import { meanLoss } from '../../src/network/loss.js';
import { forward } from '../../src/network/module.js';
import { formula, formulaBatch } from '../formula.js';
import { expectClose } from '../golden-model.js';

const configs: DlrmConfig[] = [
  { embeddingDim: 4, tableRows: [7, 3, 1], bottomMlp: [13, 6, 4], topMlp: [10, 5, 1] },
  { embeddingDim: 1, tableRows: [2], bottomMlp: [13, 1], topMlp: [2, 1] },
  { embeddingDim: 8, tableRows: [5, 5, 5, 5, 5], bottomMlp: [13, 9, 7, 8], topMlp: [23, 11, 6, 4, 1] },
  {
    embeddingDim: 4,
    tableRows: [7, 3, 1],
    bottomMlp: [13, 6, 4],
    topMlp: [14, 5, 1],
    archInteractionItself: true,
  },
  {
    embeddingDim: 4,
    tableRows: [7, 3, 1],
    bottomMlp: [13, 6, 4],
    topMlp: [16, 5, 1],
    archInteractionOp: 'cat',
  },
];
const size = 19;
let ops: ReturnType<typeof tfjsOps>;

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend('cpu');
  ops = tfjsOps(tf);
});

function setUp(config: DlrmConfig) {
  const { dense, labels } = formulaBatch(5, size, config.tableRows);
  const rowShape = [size, config.tableRows.length, config.embeddingDim];
  const rows = Float32Array.from(
    formula(
      9,
      rowShape.reduce((product, axis) => product * axis),
    ),
    (x) => x - 0.5,
  );
  const state = initialStateDict(config, new RandomStream(4));
  const names = [...stateDictShapes(config).keys()].filter((name) => !name.startsWith('emb_l'));
  return {
    modules: modulesOf(config),
    names,
    dense: tf.tensor(dense, [size, 13]).mul(0.1),
    labels: tf.tensor(labels, [size, 1]),
    rows: tf.tensor(rows, rowShape),
    values: names.map((name) => tf.tensor(state[name]!.data, state[name]!.shape)),
  };
}

const shaped = (value: tf.Tensor) => ({ value, shape: value.shape });
const byName = <A>(names: string[], values: A[]) =>
  Object.fromEntries(names.map((name, index) => [name, values[index]!]));

test.each(configs)('the gradients of the loss equal those of tf.grads: %j', (config) => {
  const { modules, names, dense, labels, rows, values } = setUp(config);
  const loss = (embeddings: tf.Tensor, ...tensors: tf.Tensor[]) => {
    const shared = { parameters: byName(names, tensors), rows: [embeddings] };
    return meanLoss(ops, forward(ops, modules, dense, shared), labels) as tf.Scalar;
  };
  const [expectedRows, ...expected] = tf.grads(loss)([rows, ...values]);

  const gradients = lossGradients(
    ops,
    modules,
    { dense: shaped(dense), rows: shaped(rows), parameters: byName(names, values.map(shaped)) },
    { labels, scale: tf.tensor1d([1 / size]) },
  );
  expectClose('loss', gradients.loss.dataSync(), loss(rows, ...values).dataSync(), 1e-7);
  expectClose('rows', gradients.rows.dataSync(), expectedRows!.dataSync(), 1e-6);
  expect(Object.keys(gradients.parameters)).toEqual(names);
  names.forEach((name, index) => {
    const gradient = gradients.parameters[name]!.value();
    expect(gradient.shape).toEqual(expected[index]!.shape);
    expectClose(name, gradient.dataSync(), expected[index]!.dataSync(), 1e-6);
    const left = gradients.parameters[name]!.subtractedFrom(values[index]!);
    const expectedLeft = values[index]!.sub(expected[index]!);
    expectClose(`${name} less its gradient`, left.dataSync(), expectedLeft.dataSync(), 1e-6);
  });
});

test.each(configs)('the gradients of the logits equal those of tf.grad: %j', (config) => {
  const { modules, names, dense, rows, values } = setUp(config);
  const parameters = byName(names, values);
  const logits = (embeddings: tf.Tensor) =>
    forward(ops, modules.slice(0, -1), dense, { parameters, rows: [embeddings] });
  const inputs = { rows: shaped(rows), parameters: byName(names, values.map(shaped)) };
  const found = logitGradients(ops, modules, { ...inputs, input: shaped(dense) }, { of: 'rows' });
  expectClose('rows', found.gradients.dataSync(), tf.grad(logits)(rows).dataSync(), 1e-6);
  expectClose('probabilities', found.probabilities.dataSync(), logits(rows).sigmoid().dataSync(), 1e-6);

  // With respect to the input of each module, which the modules before it compute.
  modules.slice(0, -1).forEach(({ name }, first) => {
    const rest = modules.slice(first);
    const shared = { parameters, rows: [rows] };
    const input = forward(ops, modules.slice(0, first), dense, shared);
    const ofInput = (value: tf.Tensor) => forward(ops, rest.slice(0, -1), value, shared);
    const { gradients } = logitGradients(ops, rest, { ...inputs, input: shaped(input) }, { of: 'input' });
    expectClose(name, gradients.dataSync(), tf.grad(ofInput)(input).dataSync(), 1e-6);
  });
});

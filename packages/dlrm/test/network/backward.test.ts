import { RandomStream } from '@ds/criteo-data';
import * as tf from '@tensorflow/tfjs'; // all of tfjs: its core alone knows no gradients
import { denseLayers, type DlrmConfig } from '../../src/models/dlrm/config.js';
import { tfjsOps } from '../../src/engines/tfjs/tfjs-ops.js';
import { initialStateDict } from '../../src/models/dlrm/initialise.js';
import { backward, parameterGradient } from '../../src/network/backward.js';
import { forward, meanLoss } from '../../src/network/forward.js';
import { formula, formulaBatch } from '../formula.js';
import { expectClose } from '../golden-model.js';

const configs: DlrmConfig[] = [
  { embeddingDim: 4, tableRows: [7, 3, 1], bottomMlp: [13, 6, 4], topMlp: [10, 5, 1] },
  { embeddingDim: 1, tableRows: [2], bottomMlp: [13, 1], topMlp: [2, 1] },
  { embeddingDim: 8, tableRows: [5, 5, 5, 5, 5], bottomMlp: [13, 9, 7, 8], topMlp: [23, 11, 6, 4, 1] },
];

test.each(configs)('the explicit gradients equal automatic differentiation: %j', async (config) => {
  tf.enableProdMode();
  await tf.setBackend('cpu');
  const ops = tfjsOps(tf);
  const size = 19;
  const { dense, labels } = formulaBatch(5, size, config.tableRows);
  const denseTensor = tf.tensor(dense, [size, 13]);
  const labelColumn = tf.tensor(labels, [size, 1]);
  const rowValues = Float32Array.from(
    formula(9, size * config.tableRows.length * config.embeddingDim),
    (x) => x - 0.5,
  );
  const rows = tf.tensor(rowValues, [size, config.tableRows.length, config.embeddingDim]);

  const state = initialStateDict(config, new RandomStream(4));
  const { bottom, top } = denseLayers(config);
  const names = [...bottom, ...top].flatMap(({ weight, bias }) => [weight, bias]);
  const values = names.map((name) => tf.tensor(state[name]!.data, state[name]!.shape));
  const layersOf = (tensors: tf.Tensor[]) => {
    const layer = (index: number) => ({ weight: tensors[2 * index]!, bias: tensors[2 * index + 1]! });
    return {
      bottom: bottom.map((_, index) => layer(index)),
      top: top.map((_, index) => layer(bottom.length + index)),
    };
  };

  const loss = (embeddings: tf.Tensor, ...tensors: tf.Tensor[]) => {
    const input = { dense: denseTensor, rows: [embeddings] };
    const { probabilities } = forward(ops, config, layersOf(tensors), input);
    return meanLoss(ops, probabilities, labelColumn) as tf.Scalar;
  };
  const [automaticRows, ...automatic] = tf.grads(loss)([rows, ...values]);

  const parameters = layersOf(values);
  const activations = forward(ops, config, parameters, { dense: denseTensor, rows: [rows] });
  const scale = tf.tensor1d([1 / size]);
  const gradients = backward(ops, config, parameters, activations, { labels: labelColumn, scale });
  const explicit = [...gradients.bottom, ...gradients.top].flatMap((gradient) => {
    const { weight, bias } = parameterGradient(ops, gradient);
    return [weight, bias];
  });

  expectClose('rows', gradients.rows.dataSync(), automaticRows!.dataSync(), 1e-6);
  names.forEach((name, index) => {
    expect(explicit[index]!.shape).toEqual(automatic[index]!.shape);
    expectClose(name, explicit[index]!.dataSync(), automatic[index]!.dataSync(), 1e-6);
  });
});

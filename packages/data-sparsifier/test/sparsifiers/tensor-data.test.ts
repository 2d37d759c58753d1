import * as tf from '@tensorflow/tfjs';
import { DataNormSparsifier } from '@ds/data-sparsifier';

const options = { sparsityLevel: 0.5, sparseBlockShape: [1, 2] as const };
const values = [1, 2, -9, 9, 3, 3, -8, 8];
const pruned = [0, 0, -9, 9, 0, 0, -8, 8];

describe('DataNormSparsifier on tensors of TensorFlow.js', () => {
  beforeAll(() => {
    tf.enableProdMode(); // or the backend prints advice
    return tf.setBackend('cpu');
  });

  test('assigns the pruned values back to a Variable', () => {
    const variable = tf.variable(tf.tensor2d(values, [2, 4]));
    const tensors = tf.memory().numTensors;
    const sparsifier = new DataNormSparsifier(options).addData('v', variable);
    sparsifier.step();
    expect([...variable.dataSync()]).toEqual(values);
    expect([...sparsifier.getData('v', { original: false }).data]).toEqual(pruned);
    sparsifier.squashMask();
    expect([...variable.dataSync()]).toEqual(pruned);
    expect(tf.memory().numTensors).toBe(tensors);
    variable.dispose();
  });

  test('sees what is assigned to a Variable later', () => {
    const variable = tf.variable(tf.zeros([2, 4]));
    const sparsifier = new DataNormSparsifier(options).addData('v', variable);
    variable.assign(tf.tensor2d(values, [2, 4]));
    sparsifier.step();
    expect([...sparsifier.getData('v', { original: false }).data]).toEqual(pruned);
    variable.dispose();
  });

  test('leaves a Variable alone when its mask is squashed with leaveParametrized false', () => {
    const variable = tf.variable(tf.tensor2d(values, [2, 4]));
    const sparsifier = new DataNormSparsifier(options).addData('v', variable);
    sparsifier.step();
    sparsifier.squashMask({ leaveParametrized: false });
    expect([...variable.dataSync()]).toEqual(values);
    variable.dispose();
  });

  test('keeps the pruned values of a Tensor, which itself never changes', () => {
    const tensor = tf.tensor2d(values, [2, 4]);
    const sparsifier = new DataNormSparsifier(options).addData('t', tensor);
    sparsifier.step();
    sparsifier.squashMask();
    expect([...tensor.dataSync()]).toEqual(values);
    expect(sparsifier.getData('t', { original: false })).toEqual({
      data: Float32Array.from(pruned),
      shape: [2, 4],
    });
  });

  test("prunes a layer's embedding weights, and the layer looks up the pruned ones", () => {
    const layer = tf.layers.embedding({ inputDim: 2, outputDim: 4, weights: [tf.tensor2d(values, [2, 4])] });
    const model = tf.sequential({ layers: [tf.layers.inputLayer({ inputShape: [1] }), layer] });
    const lookUp = () => [...(model.predict(tf.tensor2d([[1], [0]])) as tf.Tensor).dataSync()];
    expect(lookUp()).toEqual([...values.slice(4), ...values.slice(0, 4)]);
    const sparsifier = new DataNormSparsifier({ ...options, dataList: [['embedding', layer.weights[0]!]] });
    sparsifier.step();
    sparsifier.squashMask();
    expect(lookUp()).toEqual([...pruned.slice(4), ...pruned.slice(0, 4)]);
    expect([...layer.getWeights()[0]!.dataSync()]).toEqual(pruned);
    model.dispose();
  });

  test('steps again after a state dict round trip, on a copy', () => {
    const variable = tf.variable(tf.tensor2d(values, [2, 4]));
    const sparsifier = new DataNormSparsifier(options).addData('v', variable);
    const other = new DataNormSparsifier(options);
    other.loadStateDict(sparsifier.stateDict());
    other.step();
    other.squashMask();
    expect([...other.getData('v', { original: false }).data]).toEqual(pruned);
    expect([...variable.dataSync()]).toEqual(values);
    variable.dispose();
  });

  test('refuses a tensor that is not float32', () => {
    expect(() => new DataNormSparsifier().addData('t', tf.tensor1d([1, 2], 'int32'))).toThrow(
      'data "t": expected a float32 tensor, found int32',
    );
  });
});

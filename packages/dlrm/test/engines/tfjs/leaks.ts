import * as tf from '@tensorflow/tfjs-core';
import { Dlrm, type EngineName } from '../../../src/index.js';
import { formulaBatch } from '../../formula.js';
import { whyAbsent } from '../conformance/presence.js';

/** Tensors of TensorFlow.js are freed by hand; none may be left over. */
export function expectNoLeaks(engine: EngineName): void {
  if (whyAbsent(engine) !== undefined) return;

  test(`${engine} holds as many tensors and bytes after a thousand steps as before, and none after dispose`, async () => {
    const config = { embeddingDim: 2, tableRows: [3, 2], bottomMlp: [13, 4, 2], topMlp: [5, 3, 1] };
    const held = () => {
      const { numTensors, numDataBuffers, numBytes } = tf.memory();
      return { numTensors, numDataBuffers, numBytes };
    };
    const atFirst = held();
    const model = await Dlrm.create(config, { seed: 1, engine });
    const batch = formulaBatch(1, 3, config.tableRows);
    await model.trainStep(batch, { learningRate: 0.01 });
    const before = held();
    expect(before.numTensors).toBe(atFirst.numTensors + 8); // a weight and a bias for each of four layers
    for (let step = 0; step < 1000; step++) await model.trainStep(batch, { learningRate: 0.01 });
    await model.forward(batch);
    await model.gradients(batch);
    model.stateDict();
    await model.forwardBetween({ batch, to: 'top_l.0' });
    await model.forwardBetween({ from: { module: 'top_l.1', values: new Float32Array(3) } });
    await model.rowGradients(batch);
    await model.layerGradients(batch, 'top_l.0');
    await expect(model.forward({ ...batch, sparse: new Int32Array(6).fill(9) })).rejects.toThrow('found 9');
    expect(held()).toEqual(before);
    await model.dispose();
    expect(held()).toEqual(atFirst);
  });
}

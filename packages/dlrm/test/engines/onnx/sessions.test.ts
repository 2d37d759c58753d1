import type * as OnnxRuntime from 'onnxruntime-node';
import { forwardGraph } from '../../../src/engines/onnx/graph/dlrm-graphs.js';
import { Sessions } from '../../../src/engines/onnx/sessions.js';

const config = { tableRows: [3], embeddingDim: 2, bottomMlp: [1, 2], topMlp: [3, 1] };

test('a graph whose compilation failed is compiled again when it is asked for again', async () => {
  const session = { release: jest.fn() };
  const create = jest.fn().mockRejectedValueOnce(new Error('out of memory')).mockResolvedValue(session);
  const ort = { InferenceSession: { create } } as unknown as typeof OnnxRuntime;
  const sessions = new Sessions(ort, {});
  const get = () => sessions.get('bottom MLP', () => forwardGraph(config));
  await expect(get()).rejects.toThrow('out of memory');
  expect(await get()).toBe(session);
  expect(await get()).toBe(session);
  expect(create).toHaveBeenCalledTimes(2);
  await sessions.release();
  expect(session.release).toHaveBeenCalledTimes(1);
});

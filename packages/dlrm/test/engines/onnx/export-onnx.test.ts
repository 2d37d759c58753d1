import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { Dlrm, exportOnnx } from '../../../src/index.js';
import { expectClose, readSmallGolden } from '../../golden-model.js';

let folder: string;
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'dlrm-'))));
afterEach(() => rm(folder, { recursive: true }));

test.each([
  ['with its values inside', undefined, ['model.onnx']],
  ['with its values next to it', 1000, ['model.onnx', 'model.onnx.data']],
])('an exported model %s predicts the same', async (_, externalDataAbove, files) => {
  const { initial, batches, probabilities } = await readSmallGolden();
  const model = await Dlrm.fromStateDict(initial);
  const output = join(folder, 'model.onnx');
  const written = await exportOnnx({ model, output, externalDataAbove });
  expect(written).toEqual(files.map((name) => join(folder, name)));
  expect((await readdir(folder)).sort()).toEqual(files);
  if (files.length > 1) expect((await stat(output)).size).toBeLessThan(10_000);

  const session = await ort.InferenceSession.create(output);
  expect([...session.inputNames].sort()).toEqual(['dense', 'ids']);
  const { dense, sparse } = batches[0]!;
  const result = await session.run({
    dense: new ort.Tensor('float32', dense, [64, 13]),
    ids: new ort.Tensor('int32', sparse, [64, 6]),
  });
  expect(result['probabilities']!.dims).toEqual([64, 1]);
  expectClose('probabilities', result['probabilities']!.data as Float32Array, probabilities, 1e-6);
  await session.release();
  await model.dispose();
});

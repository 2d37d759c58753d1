import { join } from 'node:path';
import { loadCheckpoint, saveCheckpoint } from '@ds/dlrm';
import { readNpz, writeNpz } from '@ds/criteo-data/npz';
import { asTorchRec, originalData, originalModel, temporaryFolder } from '@ds/test-support';
import { checkModel } from '../src/check-model.js';

const folder = temporaryFolder();

test("a model of TorchRec is checked like the original's", async () => {
  const torchRec = join(folder, 'torchrec.ckpt');
  await saveCheckpoint(torchRec, asTorchRec(await loadCheckpoint(originalModel)));
  const plain = await checkModel({ modelPath: originalModel, processedDataFile: originalData });
  expect(await checkModel({ modelPath: torchRec, processedDataFile: originalData })).toEqual({
    ...plain,
    Model: torchRec,
  });
});

test('data with another number of dense features is refused', async () => {
  const arrays = await readNpz(originalData);
  const { data, shape } = arrays['X_int']!;
  const [rows, features] = shape as [number, number];
  const fewer = Int32Array.from({ length: rows * (features - 1) }, (_, at) =>
    Number(data[at + Math.floor(at / (features - 1))]),
  );
  const other = join(folder, 'fewer.npz');
  await writeNpz(other, { ...arrays, X_int: { data: fewer, shape: [rows, features - 1] } });
  await expect(checkModel({ modelPath: originalModel, processedDataFile: other })).rejects.toThrow(
    /12 .*13|13 .*12/,
  );
});

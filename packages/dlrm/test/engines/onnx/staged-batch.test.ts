import { runForwardTask } from '../../../src/engines/onnx/cpu/run-forward-task.js';
import { StagedBatch } from '../../../src/engines/onnx/cpu/staged-batch.js';
import { configFromStateDict } from '../../../src/index.js';
import { readSmallGolden } from '../../golden-model.js';

const shape = { size: 10, partSize: 4, inputWidth: 2, rowsWidth: 3 };

function begun(threads: number): { batch: StagedBatch; buffer: SharedArrayBuffer } {
  const buffer = new SharedArrayBuffer(StagedBatch.byteLength(shape));
  new Uint8Array(buffer).fill(255); // left from an earlier batch
  const batch = new StagedBatch(shape, buffer);
  batch.begin(threads);
  return { batch, buffer };
}

test('each part is claimed once, the last one with the rest of the examples', () => {
  const { batch, buffer } = begun(2);
  const other = new StagedBatch(shape, buffer);
  for (let part = 0; part < batch.parts; part++) batch.publish();
  expect([other.claim(), batch.claim(), other.claim(), batch.claim(), other.claim()]).toEqual([
    0,
    1,
    2,
    undefined,
    undefined,
  ]);
  expect([0, 1, 2].map((part) => batch.extent(part))).toEqual([
    { start: 0, count: 4 },
    { start: 4, count: 4 },
    { start: 8, count: 2 },
  ]);
});

test('no part of an abandoned batch is claimed, also when more are put in place', () => {
  const { batch } = begun(1);
  batch.publish();
  batch.abandon();
  expect(batch.claim()).toBeUndefined();
  batch.publish();
  expect(batch.claim()).toBeUndefined();
});

test('waits for threads that have not left, but not for ever', () => {
  const { batch } = begun(2);
  batch.leave();
  batch.waitUntilLeft(20);
  batch.leave();
  batch.waitUntilLeft(2 ** 30);
});

test('a thread that fails has the others stop, and has left', async () => {
  const { batch, buffer } = begun(1);
  batch.publish();
  const { initial } = await readSmallGolden();
  const config = configFromStateDict(initial);
  const parameters = { id: 1, values: new SharedArrayBuffer(0) };
  const task = {
    config,
    parameters,
    shape,
    batch: buffer,
    isBottomOutput: false,
    isFrozen: false,
    skipsZeros: false,
  };
  await expect(runForwardTask(task)).rejects.toThrow('Invalid typed array length');
  expect(batch.claim()).toBeUndefined();
  batch.waitUntilLeft(2 ** 30);
});

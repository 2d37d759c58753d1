import { isDeepStrictEqual } from 'node:util';
import * as ort from 'onnxruntime-node';
import type { DlrmConfig } from '../../../models/dlrm/config.js';
import type { ForwardTask } from './forward-task.js';
import { PartForward } from './part-forward.js';
import type { Feeds } from '../parameters.js';
import { Sessions } from '../sessions.js';
import { parameterPlaces, type SharedParameters } from './shared-parameters.js';
import { largestPart, StagedBatch } from './staged-batch.js';

// Kept from the last task: the next one is usually for the same model, or one of the same sizes.
let network: { config: DlrmConfig; sessions: Sessions; forward: PartForward } | undefined;
let parameters: { id: number; feeds: Feeds; frozen: Sessions } | undefined;

// Each of these threads computes whole parts.
const threads = 1;
const sessionOptions = {
  executionProviders: ['cpu'],
  intraOpNumThreads: threads,
  logSeverityLevel: 3,
} as const;

// Milliseconds; a part takes only a few.
const maxWait = 10_000;

/** Computes parts of a batch on this thread until there are no more. */
export async function runForwardTask(task: ForwardTask): Promise<void> {
  const batch = new StagedBatch(task.shape, task.batch);
  try {
    await computeParts(batch, task);
    batch.leave();
  } catch (error) {
    // An error terminates the other threads, and terminating a thread inside ONNX Runtime crashes the program.
    batch.abandon();
    batch.leave();
    batch.waitUntilLeft(maxWait);
    throw error;
  }
}

async function computeParts(batch: StagedBatch, task: ForwardTask): Promise<void> {
  const { config, isBottomOutput, isFrozen, skipsZeros } = task;
  const forward = await openForward(config);
  const { feeds, frozen } = await openParameters(config, task.parameters);
  for (let part = batch.claim(); part !== undefined; part = batch.claim()) {
    const { count } = batch.extent(part);
    forward.rows(count).set(batch.rowsOf(part));
    // ONNX Runtime does not accept shared memory.
    const input = batch.inputOf(part).slice();
    const probabilities = new Float32Array(count);
    await forward.forward(isBottomOutput ? { bottomOutput: input } : { dense: input }, probabilities, {
      parameters: { feeds, frozen: isFrozen ? frozen : undefined },
      skipsZeros,
    });
    batch.probabilitiesOf(part).set(probabilities);
  }
}

async function openForward(config: DlrmConfig): Promise<PartForward> {
  if (network && isDeepStrictEqual(network.config, config)) return network.forward;
  await network?.sessions.release();
  const sessions = new Sessions(ort, sessionOptions);
  const forward = new PartForward({ ort, config, sessions, threads, capacity: largestPart });
  network = { config, sessions, forward };
  return forward;
}

async function openParameters(config: DlrmConfig, { id, values }: SharedParameters) {
  if (parameters?.id !== id) {
    await parameters?.frozen.release();
    const feeds: Feeds = {};
    for (const { name, start, shape } of parameterPlaces(config)) {
      const length = shape.reduce((product, size) => product * size, 1);
      feeds[name] = new ort.Tensor('float32', new Float32Array(values, 4 * start, length).slice(), shape);
    }
    parameters = { id, feeds, frozen: new Sessions(ort, sessionOptions) };
  }
  return parameters;
}

import type { LabelledBatch } from '../models/dlrm/batch.js';
import type { Dlrm, OptimizerName } from '../models/dlrm/dlrm.js';
import type { PrunedValues } from '../tables/pruned-values.js';

/** Examples with labels that can be read in batches; a data set of `@ds/criteo-data` is one. */
export interface LabelledDataset {
  /** Number of examples. */
  readonly length: number;
  /** The examples in batches; the last batch may be smaller. */
  batches(options: {
    batchSize: number;
    /** Seed of a random order; without it, the stored order. */
    shuffleSeed?: number;
  }): AsyncIterable<LabelledBatch>;
}

/** What `train` returns. */
export interface TrainingResult {
  /** Number of steps. */
  steps: number;
  /** Mean loss of each epoch over its examples, measured for each batch before its step. */
  epochLosses: number[];
}

/** How far a training is: with the model's parameters and its `optimizerState`, all that it needs to continue. */
export interface TrainingPosition {
  /** The epoch, from 0. */
  epoch: number;
  /** Steps done in that epoch. */
  steps: number;
  /** Sum of the losses of that epoch's examples so far. */
  lossSum: number;
  /** Mean losses of the epochs before. */
  epochLosses: readonly number[];
}

/** The learning rates unless others are given: the original's, and that of its row-wise Adagrad. */
export const defaultLearningRates: Readonly<Record<OptimizerName, number>> = { sgd: 0.1, adagrad: 0.01 };

/**
 * Trains with stochastic gradient descent or Adagrad; every epoch visits all examples in a new order.
 *
 * @throws Error naming the epoch and the step if the loss is not a finite number, before a step or after an epoch's last one
 */
export async function train({
  model,
  dataset,
  epochs = 1,
  optimizer = 'sgd',
  learningRate = defaultLearningRates[optimizer],
  batchSize = 128,
  seed = 1,
  held,
  from = { epoch: 0, steps: 0, lossSum: 0, epochLosses: [] },
  onProgress,
  afterStep,
  afterEpoch,
}: {
  /** Trained in place. */
  model: Dlrm;
  dataset: LabelledDataset;
  /** Number of epochs; default 1. */
  epochs?: number;
  /** Default `sgd`. */
  optimizer?: OptimizerName;
  /** Default 0.1 for `sgd`, 0.01 for `adagrad`. */
  learningRate?: number;
  /** Examples per step; default 128. */
  batchSize?: number;
  /** Seed of the order; default 1. Epoch e (from 0) is shuffled with seed + e. */
  seed?: number;
  /** Values of the tables that must not change, such as the zeros of a pruned model. Default: none. */
  held?: PrunedValues | undefined;
  /** Where an earlier training of this model with the same settings stopped. Default: the start. */
  from?: TrainingPosition;
  /** Called and awaited after each step. */
  afterStep?: (position: TrainingPosition) => void | Promise<void>;
  /** Called after each step with the number of steps done and the total. */
  onProgress?: (done: number, total: number) => void;
  /** Called and awaited after each epoch (from 0); changes to the tables in `stateDict()` take effect. */
  afterEpoch?: (end: { epoch: number; epochs: number; model: Dlrm; loss: number }) => void | Promise<void>;
}): Promise<TrainingResult> {
  const stepsPerEpoch = Math.ceil(dataset.length / batchSize);
  const total = epochs * stepsPerEpoch;
  const epochLosses = [...from.epochLosses];
  let done = from.epoch * stepsPerEpoch + from.steps;
  for (let epoch = from.epoch; epoch < epochs; epoch++) {
    const before = epoch === from.epoch ? from : { steps: 0, lossSum: 0 };
    let { lossSum } = before;
    let steps = 0;
    let last: LabelledBatch | undefined;
    for await (const batch of dataset.batches({ batchSize, shuffleSeed: seed + epoch })) {
      last = batch;
      if (++steps <= before.steps) continue;
      const loss = await model.trainStep(batch, { learningRate, optimizer, held });
      done++;
      if (!Number.isFinite(loss)) throw diverged(loss, `in epoch ${epoch + 1}, step ${done}`, learningRate);
      lossSum += loss * batch.labels.length;
      onProgress?.(done, total);
      await afterStep?.({ epoch, steps, lossSum, epochLosses: [...epochLosses] });
    }
    // No step follows that would find the loss after this one.
    if (last && !(await model.forward(last)).every(Number.isFinite)) {
      throw diverged(NaN, `after epoch ${epoch + 1}, step ${done}`, learningRate);
    }
    epochLosses.push(lossSum / dataset.length);
    await afterEpoch?.({ epoch, epochs, model, loss: epochLosses[epoch]! });
  }
  return { steps: done, epochLosses };
}

function diverged(loss: number, when: string, learningRate: number): Error {
  return new Error(
    `the loss is ${loss} ${when}: expected a finite number; a learning rate below ${learningRate} may help`,
  );
}

import type { LabelledBatch } from '../models/dlrm/batch.js';
import type { Dlrm } from '../models/dlrm/dlrm.js';

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
  /** Number of SGD steps. */
  steps: number;
  /** Mean loss of each epoch over its examples, measured for each batch before its step. */
  epochLosses: number[];
}

/**
 * Trains with stochastic gradient descent; every epoch visits all examples in a new order.
 *
 * @throws Error naming the epoch and the step if the loss is not a finite number
 */
export async function train({
  model,
  dataset,
  epochs = 1,
  learningRate = 0.1,
  batchSize = 128,
  seed = 1,
  onProgress,
  afterEpoch,
}: {
  /** Trained in place. */
  model: Dlrm;
  dataset: LabelledDataset;
  /** Number of epochs; default 1. */
  epochs?: number;
  /** Default 0.1. */
  learningRate?: number;
  /** Examples per step; default 128. */
  batchSize?: number;
  /** Seed of the order; default 1. Epoch e (from 0) is shuffled with seed + e. */
  seed?: number;
  /** Called after each step with the number of steps done and the total. */
  onProgress?: (done: number, total: number) => void;
  /** Called and awaited after each epoch (from 0); changes to the tables in `stateDict()` take effect. */
  afterEpoch?: (end: { epoch: number; epochs: number; model: Dlrm; loss: number }) => void | Promise<void>;
}): Promise<TrainingResult> {
  const total = epochs * Math.ceil(dataset.length / batchSize);
  const epochLosses: number[] = [];
  let steps = 0;
  for (let epoch = 0; epoch < epochs; epoch++) {
    let lossSum = 0;
    for await (const batch of dataset.batches({ batchSize, shuffleSeed: seed + epoch })) {
      const loss = await model.trainStep(batch, { learningRate });
      steps++;
      if (!Number.isFinite(loss)) {
        throw new Error(
          `the loss is ${loss} in epoch ${epoch + 1}, step ${steps}: expected a finite number; ` +
            `a learning rate below ${learningRate} may help`,
        );
      }
      lossSum += loss * batch.labels.length;
      onProgress?.(steps, total);
    }
    epochLosses.push(lossSum / dataset.length);
    await afterEpoch?.({ epoch, epochs, model, loss: epochLosses[epoch]! });
  }
  return { steps, epochLosses };
}

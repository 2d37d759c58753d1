import { kaggleConfigFor, kaggleDlrmConfig } from '../models/dlrm/config.js';
import { Dlrm } from '../models/dlrm/dlrm.js';
import type { EngineDescription } from './engine.js';
import type { EngineName } from './open-engine.js';

/** An engine that works on this machine, with its measured speed. */
export interface MeasuredEngine {
  description: EngineDescription;
  /** Examples per second in forward passes of 2048 examples, for the Kaggle network with tables of 1000 rows. */
  forwardRate: number;
  /** Examples per second in training steps of 128 examples. */
  trainRate: number;
}

/**
 * Loads an engine and measures it for about a second.
 *
 * @throws Error that says what to do next, if it cannot be loaded
 */
export async function measureEngine(engine: EngineName): Promise<MeasuredEngine> {
  const config = kaggleConfigFor(kaggleDlrmConfig.tableRows.map(() => 1000));
  const model = await Dlrm.create(config, { seed: 1, engine });
  const batch = (size: number) => ({
    dense: new Float32Array(size * 13).fill(1),
    sparse: Int32Array.from({ length: size * 26 }, (_, lookup) => (lookup * 7919) % 1000),
    labels: Float32Array.from({ length: size }, (_, example) => example % 2),
  });
  const large = batch(2048);
  const small = batch(128);
  const train = () => model.trainStep(small, { learningRate: 0.01 });
  // Compiles and warms up; on a slow engine a large batch would take seconds.
  await model.forward(small);
  const forwardRate = await rate(2048, () => model.forward(large));
  await train();
  const trainRate = await rate(128, train);
  const description = model.engine;
  await model.dispose();
  return { description, forwardRate, trainRate };
}

const leastMilliseconds = 500;

async function rate(examples: number, run: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  let runs = 0;
  while (performance.now() - start < leastMilliseconds) {
    await run();
    runs++;
  }
  return (1000 * runs * examples) / (performance.now() - start);
}

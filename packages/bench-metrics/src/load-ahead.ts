import { availableParallelism } from 'node:os';
import type { OpenedModel } from '@ds/bench-disk';
import { bytesInMemory, Dlrm, type EngineChoice, type ModelState } from '@ds/dlrm';

/** A loaded model, and its tensors. */
export interface LoadedModel {
  dlrm: Dlrm;
  state: ModelState;
  release: OpenedModel['release'];
}

/**
 * Opens models, one after another. While the caller works on one, the following ones are read and inflated: only the next
 * one, or for small models twice as many as there are threads. A model is disposed of when the next one is requested, so at
 * most two large models are in memory.
 *
 * @param models Each opens one.
 * @throws Error of a model that cannot be opened, when its turn comes.
 */
export async function* loadAhead(
  models: readonly (() => Promise<OpenedModel>)[],
  {
    engine,
    threads = availableParallelism(),
    maxBytesAhead = 1 << 29,
  }: {
    engine?: EngineChoice | undefined;
    threads?: number;
    /** More than one model is loaded ahead only if together they take at most this. */
    maxBytesAhead?: number;
  } = {},
): AsyncGenerator<LoadedModel> {
  const loading: Promise<LoadedModel>[] = [];
  let started = 0;
  const loadUpTo = (ahead: number) => {
    for (; loading.length < ahead && started < models.length; started++) {
      const model = loadModel(models[started]!, engine);
      model.catch(() => undefined); // reported where it is awaited, which may be after the failure
      loading.push(model);
    }
  };
  try {
    loadUpTo(1);
    while (loading.length > 0) {
      const model = await loading[0]!;
      loading.shift();
      loadUpTo(Math.max(1, Math.min(2 * threads, Math.floor(maxBytesAhead / bytesInMemory(model.state)))));
      try {
        yield model;
      } finally {
        await model.dlrm.dispose();
        model.release();
      }
    }
  } finally {
    // Models remain if the caller stops early, or one cannot be read.
    const unused = await Promise.allSettled(loading);
    for (const result of unused) if (result.status === 'fulfilled') await result.value.dlrm.dispose();
  }
}

async function loadModel(
  open: () => Promise<OpenedModel>,
  engine: EngineChoice | undefined,
): Promise<LoadedModel> {
  const { state, metadata, release } = await open();
  return { dlrm: await Dlrm.fromStateDict(state, { engine, metadata }), state, release };
}

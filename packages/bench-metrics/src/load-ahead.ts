import { Dlrm, loadModelState, type EngineChoice, type ModelState } from '@ds/dlrm';

/** A model that is ready, and the tensors that it was made of. */
export interface LoadedModel {
  dlrm: Dlrm;
  state: ModelState;
}

/**
 * The models of some checkpoint files, one after another; the next is read and inflated while the caller
 * works on one. A model is disposed of when the next is asked for, so at most two are in memory.
 *
 * @throws Error naming the file that cannot be read, when its turn comes.
 */
export async function* loadAhead(
  paths: readonly string[],
  { engine }: { engine?: EngineChoice } = {},
): AsyncGenerator<LoadedModel> {
  const load = (path: string | undefined): Promise<LoadedModel | undefined> => {
    const loading = path === undefined ? Promise.resolve(undefined) : loadModel(path, engine);
    loading.catch(() => undefined); // reported where it is awaited, which is later than it may fail
    return loading;
  };
  let next = load(paths[0]);
  try {
    for (let index = 1; ; index++) {
      const model = await next;
      if (!model) return;
      next = load(paths[index]);
      try {
        yield model;
      } finally {
        await model.dlrm.dispose();
      }
    }
  } finally {
    // Left over when the caller stops early.
    const unused = await next.catch(() => undefined);
    await unused?.dlrm.dispose();
  }
}

async function loadModel(path: string, engine: EngineChoice | undefined): Promise<LoadedModel> {
  const state = await loadModelState(path);
  return { dlrm: await Dlrm.fromStateDict(state, { engine }), state };
}

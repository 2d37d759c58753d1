// The process that receives a `ServedModel`, serves it, and answers with the measurements. Started by `measureModel`.
import type { Answer, ServedModel } from './measure-model.js';
import { serveModel } from './serve-model.js';

async function answer(model: ServedModel): Promise<Answer> {
  try {
    return { measured: await serveModel(model) };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

// The channel closes after the answer, or if the parent process has ended.
process.once('disconnect', () => process.exit());
process.once('message', async (model: ServedModel) => {
  process.send!(await answer(model), () => process.disconnect());
});

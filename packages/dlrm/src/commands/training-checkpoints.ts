import { readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileIdentity, nameWithin, openJournal } from '@ds/files';
import { loadCheckpoint, saveCheckpoint } from '@ds/tensor-files';
import type { TrainingPosition } from '../training/train.js';
import type { Dlrm } from '../models/dlrm/dlrm.js';

/** What an earlier training left. */
interface LastCheckpoint {
  /** Of its model. */
  path: string;
  position: TrainingPosition;
  /** Gives a model of that file the state of the optimizer. */
  continueOptimizer(model: Pick<Dlrm, 'loadOptimizerState'>): Promise<void>;
}

/** The checkpoints of a training that can be continued, next to its output; one at a time, until that is written. */
export interface TrainingCheckpoints {
  /** The checkpoint of an interrupted training with the same settings and rows. */
  readonly last: LastCheckpoint | undefined;
  /** Saves the model, the state of its optimizer and the position of its training, then removes the previous checkpoint. */
  save(model: Pick<Dlrm, 'save' | 'optimizerState'>, position: TrainingPosition): Promise<void>;
  /** Removes all checkpoints. */
  remove(): void;
}

interface Kept {
  path: string;
  identity: string | undefined;
  /** Where the optimizer has a state: its file. */
  optimizer?: { path: string; identity: string | undefined };
  position: TrainingPosition;
}

const key = 'last';

/** Opens the checkpoints of a training, as `openJournal` does; a damaged one is ignored. */
export async function openTrainingCheckpoints(
  options: Parameters<typeof openJournal>[0],
): Promise<TrainingCheckpoints> {
  const { output } = options;
  const journal = openJournal<Kept>(options);
  const kept = journal.finished.get(key);
  const last =
    kept && (await isWhole(kept)) && (!kept.optimizer || (await isWhole(kept.optimizer))) ? kept : undefined;
  const folder = dirname(output);
  const prefix = `.${nameWithin(output)}.`;
  // Also those of a training with other settings, which cannot be continued.
  const removeAllBut = (...kept: readonly (string | undefined)[]) => {
    for (const name of readdirSync(folder)) {
      const isCheckpoint =
        name.startsWith(prefix) && /^\d+-\d+(\.optimizer)?\.safetensors$/.test(name.slice(prefix.length));
      if (isCheckpoint && !kept.includes(join(folder, name))) rmSync(join(folder, name), { force: true });
    }
  };
  removeAllBut(last?.path, last?.optimizer?.path);
  return {
    last: last && {
      ...last,
      async continueOptimizer(model) {
        if (last.optimizer) model.loadOptimizerState(await loadCheckpoint(last.optimizer.path));
      },
    },
    async save(model, position) {
      const name = `${prefix}${position.epoch}-${position.steps}`;
      const path = join(folder, `${name}.safetensors`);
      await model.save(path);
      const state = model.optimizerState();
      const optimizerPath = join(folder, `${name}.optimizer.safetensors`);
      const hasState = Object.keys(state).length > 0;
      if (hasState) await saveCheckpoint(optimizerPath, state);
      journal.keep(key, {
        path,
        identity: await fileIdentity(path),
        ...(hasState && { optimizer: { path: optimizerPath, identity: await fileIdentity(optimizerPath) } }),
        position,
      });
      removeAllBut(path, hasState ? optimizerPath : undefined);
    },
    remove() {
      journal.remove();
      removeAllBut();
    },
  };
}

async function isWhole({ path, identity }: { path: string; identity: string | undefined }): Promise<boolean> {
  return identity !== undefined && (await fileIdentity(path)) === identity;
}

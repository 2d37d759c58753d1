import { readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileIdentity, openJournal } from '@ds/files';
import type { TrainingPosition } from '../training/train.js';
import type { Dlrm } from '../models/dlrm/dlrm.js';

/** The checkpoints of a training that can be continued, next to its output; one at a time, until that is written. */
export interface TrainingCheckpoints {
  /** The checkpoint of an interrupted training with the same settings and rows. */
  readonly last: { path: string; position: TrainingPosition } | undefined;
  /** Saves the model and the position of its training, then removes the previous checkpoint. */
  save(model: Pick<Dlrm, 'save'>, position: TrainingPosition): Promise<void>;
  /** Removes all checkpoints. */
  remove(): void;
}

interface Kept {
  path: string;
  identity: string | undefined;
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
  const isWhole = kept?.identity !== undefined && (await fileIdentity(kept.path)) === kept.identity;
  const last = isWhole ? kept : undefined;
  const folder = dirname(output);
  // Also those of a training with other settings, which cannot be continued.
  const removeAllBut = (kept: string | undefined) => {
    for (const name of readdirSync(folder)) {
      const isCheckpoint = name.startsWith(`.${basename(output)}.`) && /\.\d+-\d+\.safetensors$/.test(name);
      if (isCheckpoint && join(folder, name) !== kept) rmSync(join(folder, name), { force: true });
    }
  };
  removeAllBut(last?.path);
  return {
    last,
    async save(model, position) {
      const name = `.${basename(output)}.${position.epoch}-${position.steps}.safetensors`;
      const path = join(folder, name);
      await model.save(path);
      journal.keep(key, { path, identity: await fileIdentity(path), position });
      removeAllBut(path);
    },
    remove() {
      journal.remove();
      removeAllBut(undefined);
    },
  };
}

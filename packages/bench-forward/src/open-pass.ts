import type { DlrmType } from '@ds/bench-models';
import type { CriteoBatch } from '@ds/criteo-data';
import {
  Dlrm,
  loadModelState,
  type CheckpointMetadata,
  type DlrmConfig,
  type EngineChoice,
  type EngineDescription,
} from '@ds/dlrm';
import { SparseDlrm } from './sparse-dlrm.js';

/** A model that is ready to be timed. */
export interface ForwardPass {
  config: DlrmConfig;
  metadata: CheckpointMetadata;
  engine: EngineDescription;
  /** Probabilities (n). */
  forward(batch: CriteoBatch): Promise<Float32Array>;
  dispose(): Promise<void>;
}

/**
 * Loads a model for one of the forward passes, whatever tables its file has: sparse ones are made dense for the
 * dense passes, dense ones sparse for `sparse_tables`.
 *
 * @throws Error naming the file when it is no model.
 */
export async function openPass({
  path,
  dlrmType,
  blockWidth,
  engine,
}: {
  path: string;
  dlrmType: DlrmType;
  /** Columns of the blocks that the model was pruned in. */
  blockWidth: number;
  engine?: EngineChoice;
}): Promise<ForwardPass> {
  const tables = dlrmType === 'sparse_tables' ? 'sparse' : 'dense';
  let metadata: CheckpointMetadata = {};
  const onMetadata = (found: CheckpointMetadata) => void (metadata = found);
  const state = await loadModelState(path, { tables, blockWidth, onMetadata });
  const dlrm = await Dlrm.fromStateDict(state, { engine, metadata });
  const model = dlrmType === 'with_torch_sparse' ? new SparseDlrm(dlrm) : dlrm;
  return {
    config: dlrm.config,
    metadata,
    engine: dlrm.engine,
    forward: (batch) => model.forward(batch),
    dispose: () => dlrm.dispose(),
  };
}

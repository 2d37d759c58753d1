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
 * Loads a model for one of the forward passes, and converts its tables if necessary: to dense ones for the dense passes,
 * to sparse ones for `sparse_tables`.
 *
 * @throws Error naming the file if it is not a model.
 */
export async function openPass({
  path,
  dlrmType,
  blockWidth,
  engine,
}: {
  path: string;
  dlrmType: DlrmType;
  /** Columns of the blocks in which the model was pruned. */
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

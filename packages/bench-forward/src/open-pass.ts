import type { CriteoBatch } from '@ds/criteo-data';
import { SparseTable, TableMemory } from '@ds/data-sparsifier';
import {
  Dlrm,
  embeddingTableNames,
  loadCheckpoint,
  type DlrmConfig,
  type EngineChoice,
  type ModelState,
} from '@ds/dlrm';
import type { DlrmType } from './forward-columns.js';
import { SparseDlrm } from './sparse-dlrm.js';

/** A model that is ready to be timed. */
export interface ForwardPass {
  config: DlrmConfig;
  /** Probabilities (n). */
  forward(batch: CriteoBatch): Promise<Float32Array>;
  dispose(): Promise<void>;
}

/** Loads a model for one of the forward passes. @throws Error naming the file when it is no model. */
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
  const dlrm =
    dlrmType === 'sparse_tables'
      ? await Dlrm.fromStateDict(sparseTables(await loadCheckpoint(path), blockWidth), { engine })
      : await Dlrm.load(path, { engine });
  const model = dlrmType === 'with_torch_sparse' ? new SparseDlrm(dlrm) : dlrm;
  return {
    config: dlrm.config,
    forward: (batch) => model.forward(batch),
    dispose: () => dlrm.dispose(),
  };
}

/** The same model with each table compressed, in one memory. The dense tables are let go one by one. */
function sparseTables(stateDict: Awaited<ReturnType<typeof loadCheckpoint>>, blockWidth: number): ModelState {
  const state: ModelState = stateDict;
  const memory = new TableMemory();
  for (const name of embeddingTableNames(stateDict)) {
    state[name] = SparseTable.fromDense({ table: stateDict[name]!, blockWidth, memory });
  }
  return state;
}

import type { ModelSource } from '@ds/bench-disk';
import type { DlrmType, SparseModelMetadata } from '@ds/bench-models';
import type { CriteoBatch } from '@ds/criteo-data';
import {
  bytesInMemory,
  Dlrm,
  embeddingTableNames,
  type CheckpointMetadata,
  type DlrmConfig,
  type EngineChoice,
  type EngineDescription,
} from '@ds/dlrm';
import { SparseDlrm } from './sparse-dlrm.js';

/** A model that is ready to be timed. */
export interface OpenModel {
  config: DlrmConfig;
  metadata: CheckpointMetadata;
  engine: EngineDescription;
  /** Bytes of its tables in memory. */
  tableBytes: number;
  /** The forward passes, in the order in which they were asked for. Each returns probabilities (n). */
  passes: readonly ((batch: CriteoBatch) => Promise<Float32Array>)[];
  dispose(): Promise<void>;
}

/** A model and its forward passes: either those on dense tables, or the one on sparse tables. */
export interface ModelPasses {
  model: SparseModelMetadata;
  types: readonly DlrmType[];
}

/**
 * Loads a model for some of the forward passes, and converts its tables if necessary: to dense ones for the dense passes,
 * to sparse ones for `sparse_tables`. The passes share the tables.
 *
 * @throws Error naming the file if it is not a model.
 */
export async function openPasses(
  { model, types }: ModelPasses,
  { source, engine }: { source: ModelSource; engine?: EngineChoice | undefined },
): Promise<OpenModel> {
  const tables = types.includes('sparse_tables') ? 'sparse' : 'dense';
  const { state, metadata } = await source.open(model, { tables });
  const dlrm = await Dlrm.fromStateDict(state, { engine, metadata });
  return {
    config: dlrm.config,
    metadata,
    engine: dlrm.engine,
    tableBytes: bytesInMemory(state, embeddingTableNames(state)),
    passes: types.map((type) => {
      const network = type === 'with_torch_sparse' ? new SparseDlrm(dlrm) : dlrm;
      return (batch) => network.forward(batch);
    }),
    dispose: () => dlrm.dispose(),
  };
}

import { KnownBlocks } from '@ds/files';
import { writeCheckpoint, writeSparseCheckpoint } from '@ds/tensor-files';
import { dumpCheckpoint } from './dump-checkpoint.js';
import { PrunedModel, type RankedModel } from './pruned-model.js';

/** One file of a pruned model. */
export interface DumpedFile {
  /** The zip. */
  path: string;
  /** Name of the checkpoint in it. */
  entryName: string;
  /** The checkpoint's: PyTorch's, or safetensors with dense or with sparse tables. */
  format: 'ckpt' | 'safetensors' | 'sparse';
}

/** A level of a ranked model, and what is to be written of it. */
export interface DumpTask {
  model: RankedModel;
  sparsityLevel: number;
  dumps: readonly (DumpedFile & {
    /** Number of the open file, which is closed elsewhere. */
    descriptor: number;
  })[];
  /** Threads that deflate. */
  threads: number;
}

/** What a task gives. */
export interface DumpedModel {
  /** Size of each zip. */
  bytes: number[];
  /** Seconds for setting the pruned values of all tables to zero once. */
  cutTimeSec: number;
  /** Values that were set to zero, of all tables. */
  prunedValues: number;
}

/**
 * Writes the zips of one pruned model.
 *
 * @throws Error naming the zip that cannot be written.
 */
export async function runDumpTask({ model, sparsityLevel, dumps, threads }: DumpTask): Promise<DumpedModel> {
  const pruned = new PrunedModel(model, sparsityLevel);
  const bytes: number[] = [];
  for (const { format, ...dump } of dumps) {
    const checkpoint =
      format === 'sparse'
        ? writeSparseCheckpoint(pruned.sparse())
        : writeCheckpoint({ format, stateDict: pruned.dense() });
    // Where the layers of a sparse checkpoint begin depends on the level.
    const known = format === 'sparse' ? undefined : knownLayers(model);
    bytes.push(await dumpCheckpoint({ ...dump, checkpoint, threads, known }));
  }
  return { bytes, cutTimeSec: pruned.cutTimeSec, prunedValues: pruned.prunedValues };
}

let layersBefore: { from: number; known: KnownBlocks } | undefined;

/** The deflated blocks of what follows the tables: the models of a grid differ in their tables alone. */
function knownLayers({ stateDict, ranks }: RankedModel): KnownBlocks {
  const tensors = Object.entries(stateDict);
  const lastTable = tensors.findLastIndex(([name]) => name in ranks);
  const from = tensors.slice(0, lastTable + 1).reduce((sum, [, { data }]) => sum + data.byteLength, 0);
  if (layersBefore?.from !== from) layersBefore = { from, known: new KnownBlocks(from) };
  return layersBefore.known;
}

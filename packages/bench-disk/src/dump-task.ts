import {
  methodOf,
  pointMetadata,
  type CompressedTables,
  type GridPoint,
  type SweepPlan,
} from '@ds/bench-models';
import { KnownBlocks } from '@ds/files';
import { writeCheckpoint, type CheckpointMetadata, type StateDict } from '@ds/tensor-files';
import { denseModel, otherTensors } from './compressed-model.js';
import { dumpCheckpoint } from './dump-checkpoint.js';

/** One file of a compressed model. */
export interface DumpedFile {
  /** The zip. */
  path: string;
  /** Name of the checkpoint in it. */
  entryName: string;
  /** The checkpoint's: PyTorch's, or safetensors with dense or with compressed tables. */
  format: 'ckpt' | 'safetensors' | 'sparse';
}

/** A model of the grid, and what is to be written of it. */
export interface DumpTask {
  /** The whole model, its tables over SharedArrayBuffers. */
  stateDict: StateDict;
  /** What its checkpoint says beside the tensors, and its fingerprint. */
  metadata: CheckpointMetadata;
  plan: SweepPlan;
  point: GridPoint;
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
  /** Seconds for compressing all tables once. */
  compressTimeSec: number;
  /** Values that were set to zero, of all tables. */
  prunedValues: number;
}

/**
 * Writes the zips of one compressed model.
 *
 * @throws Error naming the zip that cannot be written.
 */
export async function runDumpTask({
  stateDict,
  metadata,
  plan,
  point,
  dumps,
  threads,
}: DumpTask): Promise<DumpedModel> {
  const tables = methodOf(point).compress(stateDict, plan, point);
  const bytes: number[] = [];
  for (const { format, ...dump } of dumps) {
    const checkpoint =
      format === 'sparse'
        ? tables.checkpoint(otherTensors(stateDict, tables), metadata)
        : writeCheckpoint({ format, stateDict: denseModel(stateDict, tables), metadata });
    // Where the layers of a sparse checkpoint begin depends on the level.
    const known = format === 'sparse' ? undefined : knownLayers(stateDict, tables);
    // The layers' blocks stay where they are: what differs between models stands in the zip alone.
    const ofZip = { ...metadata, ...pointMetadata(point) };
    bytes.push(await dumpCheckpoint({ ...dump, checkpoint, metadata: ofZip, threads, known }));
  }
  return { bytes, compressTimeSec: tables.secondsTaken, prunedValues: tables.prunedValues };
}

let layersBefore: { from: number; known: KnownBlocks } | undefined;

/** The deflated blocks of what follows the tables: the models of a grid differ in their tables alone. */
function knownLayers(stateDict: StateDict, { names }: CompressedTables): KnownBlocks {
  const tensors = Object.entries(stateDict);
  const lastTable = tensors.findLastIndex(([name]) => names.includes(name));
  const from = tensors.slice(0, lastTable + 1).reduce((sum, [, { data }]) => sum + data.byteLength, 0);
  if (layersBefore?.from !== from) layersBefore = { from, known: new KnownBlocks(from) };
  return layersBefore.known;
}

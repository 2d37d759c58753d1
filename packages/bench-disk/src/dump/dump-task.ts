import {
  methodOf,
  pointMetadata,
  type CompressedTables,
  type GridPoint,
  type SweepPlan,
} from '@ds/bench-models';
import { KnownBlocks } from '@ds/files';
import { writeCheckpoint, type CheckpointMetadata, type StateDict } from '@ds/tensor-files';
import { denseModel, otherTensors } from '../compressed-model.js';
import { dumpCheckpoint } from './dump-checkpoint.js';
import { tablesCrc32 } from '../made/tables-crc32.js';

/** One file of a compressed model. */
export interface DumpedFile {
  /** The zip; undefined if only its size is counted. */
  path: string | undefined;
  /** Name of the checkpoint in it. */
  entryName: string;
  /** Format of the checkpoint: PyTorch's, or safetensors with dense or with compressed tables. */
  format: 'ckpt' | 'safetensors' | 'sparse';
}

/** A model of the grid and the files to write for it. */
export interface DumpTask {
  /** The whole model, its tables over SharedArrayBuffers. */
  stateDict: StateDict;
  /** The metadata of its checkpoint, and its fingerprint. */
  metadata: CheckpointMetadata;
  plan: SweepPlan;
  point: GridPoint;
  dumps: readonly (DumpedFile & {
    /** Descriptor of the open file, which the caller closes; undefined if only its size is counted. */
    descriptor: number | undefined;
  })[];
  /** Number of deflating threads. */
  threads: number;
}

/** The result of a task. */
export interface DumpedModel {
  /** Size of each zip. */
  bytes: number[];
  /** Seconds to compress all tables once. */
  compressTimeSec: number;
  /** Values set to zero in all tables. */
  prunedValues: number;
  /** CRC-32 of the tables' values, if a zip is only counted. */
  tablesCrc32: number | undefined;
}

/**
 * Compresses a model and writes its zips.
 *
 * @throws Error naming the zip that cannot be written.
 */
export async function runDumpTask({ plan, ...task }: DumpTask): Promise<DumpedModel> {
  return dumpTables({ ...task, tables: methodOf(task.point).compress(task.stateDict, plan, task.point) });
}

/**
 * Writes the zips of a model whose tables are compressed.
 *
 * @throws Error naming the zip that cannot be written.
 */
export async function dumpTables({
  stateDict,
  metadata,
  tables,
  point,
  dumps,
  threads,
}: Omit<DumpTask, 'plan'> & { tables: CompressedTables }): Promise<DumpedModel> {
  const bytes: number[] = [];
  for (const { format, ...dump } of dumps) {
    const checkpoint =
      format === 'sparse'
        ? tables.checkpoint(otherTensors(stateDict, tables), metadata)
        : writeCheckpoint({ format, stateDict: denseModel(stateDict, tables), metadata });
    // In a sparse checkpoint, the position of the layers depends on the level.
    const known = format === 'sparse' ? undefined : knownLayers(stateDict, tables);
    // The layers' blocks stay where they are: what differs between models stands in the zip alone.
    const ofZip = { ...metadata, ...pointMetadata(point) };
    bytes.push(await dumpCheckpoint({ ...dump, checkpoint, metadata: ofZip, threads, known }));
  }
  const isCounted = dumps.some(({ path }) => path === undefined);
  return {
    bytes,
    compressTimeSec: tables.secondsTaken,
    prunedValues: tables.prunedValues,
    tablesCrc32: isCounted ? await tablesCrc32(tables) : undefined,
  };
}

let layersBefore: { from: number; known: KnownBlocks } | undefined;

/** A cache of the deflated blocks after the tables, because the models of a grid differ only in their tables. */
function knownLayers(stateDict: StateDict, { names }: CompressedTables): KnownBlocks {
  const tensors = Object.entries(stateDict);
  const lastTable = tensors.findLastIndex(([name]) => names.includes(name));
  const from = tensors.slice(0, lastTable + 1).reduce((sum, [, { data }]) => sum + data.byteLength, 0);
  if (layersBefore?.from !== from) layersBefore = { from, known: new KnownBlocks(from) };
  return layersBefore.known;
}

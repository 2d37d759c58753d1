import { dirname, join } from 'node:path';
import {
  gridPointOf,
  modelName,
  type CompressedTables,
  type PieceMemory,
  type SparseModelMetadata,
} from '@ds/bench-models';
import type { EmbeddingTable } from '@ds/dlrm';
import { withTemporaryFolder, writeWhole } from '@ds/files';
import { memoryFor, type CheckpointMetadata, type StateDict } from '@ds/tensor-files';
import { availableThreads } from '@ds/threads';
import { dumpTables } from '../dump/dump-task.js';
import type { SpareArrays } from './spare-arrays.js';
import { tablesCrc32 } from './tables-crc32.js';

/** A model that was made again. Whatever is taken from it is what bench-disk sized, or an error. */
export class MadeModel {
  /** The trained model. */
  readonly stateDict: StateDict;
  readonly metadata: CheckpointMetadata;
  readonly #model: SparseModelMetadata;
  readonly #tables: CompressedTables;
  readonly #source: string;
  readonly #denseFormat: 'ckpt' | 'safetensors';

  constructor({
    stateDict,
    metadata,
    model,
    tables,
    source,
    denseFormat,
  }: {
    /** The trained model. */
    stateDict: StateDict;
    metadata: CheckpointMetadata;
    /** The row of the made model. */
    model: SparseModelMetadata;
    tables: CompressedTables;
    /** What messages call the made model. */
    source: string;
    /** The format of its file with dense tables. */
    denseFormat: 'ckpt' | 'safetensors';
  }) {
    this.stateDict = stateDict;
    this.metadata = metadata;
    this.#model = model;
    this.#tables = tables;
    this.#source = source;
    this.#denseFormat = denseFormat;
  }

  /**
   * Its compressed tables, dense, in arrays taken from `spare`.
   *
   * @throws Error naming the model if it is another one than bench-disk sized
   */
  async dense(spare: SpareArrays): Promise<StateDict> {
    const dense: StateDict = {};
    const memoryOf = (name: string): PieceMemory => {
      const { data: trained, shape, stored } = this.stateDict[name]!;
      const data = spare.take(trained.length);
      dense[name] = { data, shape, ...(this.#tables.keepsValues && stored && { stored }) };
      return (first, length) => data.subarray(first, first + length);
    };
    this.#check(await tablesCrc32(this.#tables, memoryOf));
    return dense;
  }

  /** Its compressed tables as they are served. @throws Error like `dense` */
  async sparse(): Promise<Record<string, EmbeddingTable>> {
    this.#check(await tablesCrc32(this.#tables));
    const bytes = this.#tables.names.reduce((sum, name) => sum + this.stateDict[name]!.data.byteLength, 0);
    const memory = memoryFor(bytes);
    return Object.fromEntries(
      this.#tables.names.map((name) => [name, this.#tables.embeddingTable(name, { memory })]),
    );
  }

  /**
   * Calls `use` with a zip of the model like bench-disk's, written next to `beside` and removed afterwards.
   *
   * @throws Error like `dense`, or naming the file that cannot be written
   */
  async withFile<Result>(
    { isSparse, beside }: { isSparse: boolean; beside: string },
    use: (path: string) => Promise<Result>,
  ): Promise<Result> {
    this.#check(await tablesCrc32(this.#tables));
    const point = gridPointOf(this.#model);
    const write = async (folder: string) => {
      const path = join(folder, 'model.zip');
      const format = isSparse ? 'sparse' : this.#denseFormat;
      const entryName = `${modelName(point)}.${isSparse ? 'safetensors' : format}`;
      await writeWhole(path, async ({ fd }) => {
        await dumpTables({
          stateDict: this.stateDict,
          metadata: this.metadata,
          tables: this.#tables,
          point,
          dumps: [{ path, entryName, format, descriptor: fd }],
          threads: availableThreads(),
        });
      });
      return use(path);
    };
    return withTemporaryFolder('model', write, { parent: dirname(beside) });
  }

  #check(found: number): void {
    const { tablesCrc32: expected } = this.#model;
    if (expected === undefined || found === expected) return;
    throw new Error(
      `${this.#source}: expected the tables that bench-disk sized, CRC-32 ${expected}, found others, CRC-32 ${found}: ` +
        'it needs the same training rows, --table, --calibration-rows, --seed and --engine',
    );
  }
}

import { LevelSweep, SparseTable, type TableMemory } from '@ds/data-sparsifier';
import {
  writeSparseCheckpoint,
  type CheckpointMetadata,
  type SparseTableLike,
  type StateDict,
} from '@ds/tensor-files';
import { blockWidthOf, type BlockPoint } from '../grid/grid-point.js';
import type { CompressedTables, PieceMemory, SweepPlan } from '../method.js';
import { newArray } from '../tables/new-array.js';
import { sweepConfig } from './rank-tables.js';

// Approximate number of values in a piece: few enough for the CPU's caches.
const pieceLength = 1 << 17;

/**
 * The tables of a model pruned at one level, computed piece by piece as they are read, so that there is never a pruned copy
 * of the tables. Pruned values are +0.
 */
export class PrunedTables implements CompressedTables {
  readonly keepsValues = true;
  readonly #stateDict: StateDict;
  readonly #point: BlockPoint;
  readonly #sweeps: ReadonlyMap<string, LevelSweep>;
  #pruningTime = 0;
  #valuesSeen = 0;

  /** @param plan The ranks of each table's blocks. */
  constructor(stateDict: StateDict, { tables, points }: SweepPlan, point: BlockPoint) {
    this.#stateDict = stateDict;
    this.#point = point;
    this.#sweeps = new Map(
      Object.entries(tables).map(([name, ranks]) => [
        name,
        LevelSweep.fromRanks({ ...sweepConfig(points), table: stateDict[name]!, ranks: ranks as Uint8Array }),
      ]),
    );
  }

  get names(): readonly string[] {
    return [...this.#sweeps.keys()];
  }

  get prunedValues(): number {
    const { sparsityLevel } = this.#point;
    return [...this.#sweeps.values()].reduce((sum, sweep) => sum + sweep.prunedValues(sparsityLevel), 0);
  }

  get secondsTaken(): number {
    const values = this.names.reduce((sum, name) => sum + this.#stateDict[name]!.data.length, 0);
    return this.#valuesSeen === 0 ? 0 : (this.#pruningTime * values) / this.#valuesSeen;
  }

  *pieces(name: string, memoryFor: PieceMemory = newArray): Generator<Float32Array> {
    const { data, shape } = this.#stateDict[name]!;
    const dim = shape.at(-1)!;
    const length = Math.max(1, Math.floor(pieceLength / dim)) * dim;
    for (let first = 0; first < data.length; first += length) {
      const values = data.subarray(first, first + length);
      const piece = memoryFor(first, values.length);
      piece.set(values);
      yield this.#prune(name, piece, first);
    }
  }

  /** Prunes a piece of a table in place. */
  #prune(name: string, piece: Float32Array, first: number): Float32Array {
    const start = performance.now();
    this.#sweeps.get(name)!.prune(this.#point.sparsityLevel, piece, first);
    this.#pruningTime += (performance.now() - start) / 1000;
    this.#valuesSeen += piece.length;
    return piece;
  }

  embeddingTable(name: string, { memory }: { memory?: TableMemory | undefined } = {}): SparseTable {
    return SparseTable.fromPieces({ ...this.#rowPieces(name), memory });
  }

  checkpoint(tensors: StateDict, metadata?: CheckpointMetadata): AsyncIterable<Uint8Array> {
    const tables = Object.fromEntries(this.names.map((name) => [name, this.#fileParts(name)]));
    return writeSparseCheckpoint({ tables, tensors, metadata });
  }

  /** The parts of a table, computed when they are needed. */
  #fileParts(name: string): SparseTableLike {
    const table = this.#rowPieces(name);
    const sizes = SparseTable.sizesOf(table);
    return { ...sizes, bitmaps: () => SparseTable.fromPieces({ ...table, sizes }).bitmaps() };
  }

  /** Blocks of more than one row are stored as single values. */
  #rowPieces(name: string) {
    const [rows, dim] = this.#stateDict[name]!.shape as [number, number];
    const blockWidth = blockWidthOf(this.#point);
    return { shape: [rows, dim] as const, blockWidth, pieces: () => this.pieces(name) };
  }
}

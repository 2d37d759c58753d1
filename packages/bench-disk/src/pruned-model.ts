import { LevelSweep, SparseTable } from '@ds/data-sparsifier';
import type { SparseStateDict, StateDict, Tensor, TensorInPieces } from '@ds/tensor-files';
import type { BlockShape, Norm } from '@ds/bench-models';

// Values of a piece, about: few enough for the processor's caches.
const pieceLength = 1 << 17;

/** A model and the ranks of its tables' blocks; plain data, the large arrays in memory that threads share. */
export interface RankedModel {
  /** The unpruned model. */
  stateDict: StateDict;
  /** The ranks of each table's blocks, one byte each, by the table's name. */
  ranks: Readonly<Record<string, Uint8Array>>;
  norm: Norm;
  sparseBlockShape: BlockShape;
  /** The levels that the blocks are ranked for. */
  sparsityLevels: readonly number[];
}

/**
 * A model pruned at one level, made piece by piece as it is written: of the tables there is never a pruned copy. Pruned
 * values are +0.
 */
export class PrunedModel {
  readonly #model: RankedModel;
  readonly #level: number;
  readonly #sweeps: ReadonlyMap<string, LevelSweep>;
  #pruningTime = 0;
  #valuesSeen = 0;

  constructor(model: RankedModel, level: number) {
    const { stateDict, ranks, norm, sparseBlockShape, sparsityLevels } = model;
    this.#model = model;
    this.#level = level;
    this.#sweeps = new Map(
      Object.entries(ranks).map(([name, ranksOfTable]) => [
        name,
        LevelSweep.fromRanks({
          table: stateDict[name]!,
          ranks: ranksOfTable,
          levels: sparsityLevels,
          sparseBlockShape,
          norm,
        }),
      ]),
    );
  }

  /** Values of all tables that the level prunes. */
  get prunedValues(): number {
    return [...this.#sweeps.values()].reduce((sum, sweep) => sum + sweep.prunedValues(this.#level), 0);
  }

  /** Seconds for setting the pruned values of all tables to zero once: the mean of all the times that it was done. */
  get cutTimeSec(): number {
    const { stateDict } = this.#model;
    const values = [...this.#sweeps.keys()].reduce((sum, name) => sum + stateDict[name]!.data.length, 0);
    return this.#valuesSeen === 0 ? 0 : (this.#pruningTime * values) / this.#valuesSeen;
  }

  /** The model for `writeCheckpoint`. */
  dense(): Record<string, Tensor | TensorInPieces> {
    const dense: Record<string, Tensor | TensorInPieces> = { ...this.#model.stateDict };
    for (const name of this.#sweeps.keys()) {
      dense[name] = { shape: dense[name]!.shape, pieces: () => this.#piecesOf(name) };
    }
    return dense;
  }

  /**
   * The model for `writeSparseCheckpoint`, whose tables hold only their kept blocks; one at a time is made. Blocks of more
   * than one row are stored as single values.
   */
  sparse(): SparseStateDict {
    const { stateDict, sparseBlockShape } = this.#model;
    const [blockRows, blockColumns] = sparseBlockShape;
    const blockWidth = blockRows === 1 ? blockColumns : 1;
    const tables = [...this.#sweeps.keys()].map((name) => {
      const [rows, dim] = stateDict[name]!.shape as [number, number];
      const pieces = () => this.#piecesOf(name);
      const table = { shape: [rows, dim], blockWidth, pieces } as const;
      const sizes = SparseTable.sizesOf(table);
      const bitmaps = () => SparseTable.fromPieces({ ...table, sizes }).bitmaps();
      return [name, { ...sizes, bitmaps }] as const;
    });
    const layers = Object.entries(stateDict).filter(([name]) => !this.#sweeps.has(name));
    return { tables: Object.fromEntries(tables), tensors: Object.fromEntries(layers) };
  }

  /** The pruned values of a table in pieces of whole rows. */
  *#piecesOf(name: string): Generator<Float32Array> {
    const { data, shape } = this.#model.stateDict[name]!;
    const dim = shape.at(-1)!;
    const length = Math.max(1, Math.floor(pieceLength / dim)) * dim;
    for (let first = 0; first < data.length; first += length) {
      const piece = new Float32Array(data.subarray(first, first + length));
      const start = performance.now();
      this.#sweeps.get(name)!.prune(this.#level, piece, first);
      this.#pruningTime += (performance.now() - start) / 1000;
      this.#valuesSeen += piece.length;
      yield piece;
    }
  }
}

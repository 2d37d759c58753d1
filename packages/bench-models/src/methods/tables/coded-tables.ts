import { MixedPrecisionTable, type TableMemory } from '@ds/data-sparsifier';
import { writeMixedCheckpoint, type CheckpointMetadata, type StateDict } from '@ds/tensor-files';
import type { CompressedTables, PieceMemory } from '../method.js';
import { newArray } from './new-array.js';

// Approximate number of values in a piece.
const pieceLength = 1 << 17;
const rowsOfPiece = (dim: number) => Math.max(1, Math.floor(pieceLength / dim));

/** Tables whose rows are codes; each is built once, on first use. */
export class CodedTables implements CompressedTables {
  readonly names: readonly string[];
  readonly #make: (name: string) => MixedPrecisionTable;
  readonly #made = new Map<string, MixedPrecisionTable>();
  #seconds = 0;

  /** @param make Builds a table by name. */
  constructor(names: readonly string[], make: (name: string) => MixedPrecisionTable) {
    this.names = names;
    this.#make = make;
  }

  get secondsTaken(): number {
    this.#makeAll();
    return this.#seconds;
  }

  get prunedValues(): number {
    return this.#makeAll().reduce((sum, { rows, storedRows, dim }) => sum + (rows - storedRows) * dim, 0);
  }

  *pieces(name: string, memoryFor: PieceMemory = newArray): Generator<Float32Array> {
    const { rows, dim } = this.#table(name);
    const length = rowsOfPiece(dim);
    for (let first = 0; first < rows; first += length) {
      yield this.#gather(name, first, memoryFor(first * dim, Math.min(length, rows - first) * dim));
    }
  }

  /** Looks up the rows from `first` on, as many as fit. */
  #gather(name: string, first: number, into: Float32Array): Float32Array {
    const table = this.#table(name);
    const ids = Int32Array.from({ length: into.length / table.dim }, (_, row) => first + row);
    table.gatherRows(ids, into);
    return into;
  }

  embeddingTable(name: string, { memory }: { memory?: TableMemory | undefined } = {}): MixedPrecisionTable {
    const table = this.#table(name);
    return memory ? MixedPrecisionTable.fromParts(table.parts(), { memory }) : table;
  }

  checkpoint(tensors: StateDict, metadata?: CheckpointMetadata): AsyncIterable<Uint8Array> {
    const tables = Object.fromEntries(this.names.map((name) => [name, this.#table(name)]));
    return writeMixedCheckpoint({ tables, tensors, metadata });
  }

  #makeAll(): MixedPrecisionTable[] {
    return this.names.map((name) => this.#table(name));
  }

  #table(name: string): MixedPrecisionTable {
    const made = this.#made.get(name);
    if (made) return made;
    const start = performance.now();
    const table = this.#make(name);
    this.#seconds += (performance.now() - start) / 1000;
    this.#made.set(name, table);
    return table;
  }
}

import type { ParsedPiece } from '../pieces/parse-piece.js';

/** Gives the categories of a file their ids. */
export interface IdSource {
  /**
   * The ids of the distinct categories of a piece, in their place. Pieces come in the order of the file.
   *
   * @throws Error when a column has too many categories
   */
  idsOf(piece: ParsedPiece): Int32Array<ArrayBuffer>;
  /** What the last piece changed, for `restore`; only if the source was made to note changes. */
  lastChange(): Int32Array<ArrayBuffer>;
  /** Takes the change of a piece that an earlier run gave ids, instead of the piece. */
  restore(change: Int32Array): void;
  /** The rows that each column's table needs for the ids. */
  readonly counts: Int32Array;
}

import type { MixedPrecisionParts, SparseBitmaps } from '@ds/data-sparsifier';
import type { ByteSource, ZipArchive } from '@ds/files';
import type { CheckpointMetadata } from './checkpoint-metadata.js';
import type { Tensor, TensorInPieces } from './state-dict.js';

/**
 * A file format of checkpoints. Each has a folder of its own, and `formats.ts` lists them all: what else reads or
 * writes checkpoints goes through that list.
 */
export interface Format {
  /** Its name in options. */
  readonly id: string;
  /** What messages call such a file: `a safetensors file`. */
  readonly title: string;
  /** The extensions that stand for it, the usual one first. */
  readonly extensions: readonly string[];
  /** Whether the content is of this format. */
  sniff(content: Content): boolean;
  /** Whether `sniff` knows every file of it. What no format knows is left to the reader of one that does not. */
  readonly hasSignature: boolean;
  /**
   * Reads the state dict of a content that `sniff` knows, or that no format knows.
   *
   * @throws Error naming the source, and the tensor or field that is wrong.
   */
  read<Table = never>(content: Content, options: ReadOptions<Table>): Promise<Record<string, Tensor | Table>>;
  /** The bytes of a file of this state dict and what it says beside it, as they are made. */
  write(
    stateDict: Readonly<Record<string, Tensor | TensorInPieces>>,
    metadata: CheckpointMetadata,
  ): AsyncIterable<Uint8Array>;
}

/** How a state dict is read. */
export interface ReadOptions<Table = never> {
  /** Whether the tensor of this name goes over a SharedArrayBuffer. */
  isShared: (name: string) => boolean;
  /** Leaves tensors where they lie in an inflated file, whose other bytes stay in memory with them. Default: false. */
  inPlace?: boolean;
  /** Makes what stands for a sparse table. Default: it becomes a dense tensor. */
  sparseTable?: ((bitmaps: SparseBitmaps, name: string) => Table) | undefined;
  /** Makes what stands for a mixed-precision table. Default: it becomes a dense tensor. */
  mixedTable?: ((parts: MixedPrecisionParts, name: string) => Table) | undefined;
  /** Called with what the file says beside the tensors. */
  onMetadata?: ((metadata: CheckpointMetadata) => void) | undefined;
}

/** The bytes of a checkpoint, looked into just far enough to tell its format. */
export interface Content {
  /** All bytes; frees them as they are read where they lie in memory. */
  source: ByteSource;
  /** The first 16 bytes, one character each. */
  start: string;
  /** Its directory, where the content is a zip archive. */
  zip: ZipArchive | undefined;
}

import type { MixedPrecisionParts, SparseBitmaps } from '@ds/data-sparsifier';
import type { ByteSource, ZipArchive } from '@ds/files';
import type { CheckpointMetadata } from '../checkpoints/checkpoint-metadata.js';
import type { Tensor, TensorInPieces } from '../state-dict.js';

/**
 * A file format of checkpoints. Each has its own folder, and `formats.ts` lists them all; all other code that reads or
 * writes checkpoints uses that list.
 */
export interface Format {
  /** Its name in options. */
  readonly id: string;
  /** Its description in messages: `a safetensors file`. */
  readonly title: string;
  /** Its file extensions, the usual one first. */
  readonly extensions: readonly string[];
  /** Whether the content is of this format. */
  sniff(content: Content): boolean;
  /** Whether `sniff` recognises every such file. An unrecognised file is read by the format of its extension if this is false. */
  readonly hasSignature: boolean;
  /**
   * Reads the state dict of a content that `sniff` recognises, or that no format recognises.
   *
   * @throws Error naming the source, and an invalid tensor or field.
   */
  read<Table = never>(content: Content, options: ReadOptions<Table>): Promise<Record<string, Tensor | Table>>;
  /** The bytes of a file of this state dict and its metadata, generated on demand. */
  write(
    stateDict: Readonly<Record<string, Tensor | TensorInPieces>>,
    metadata: CheckpointMetadata,
  ): AsyncIterable<Uint8Array>;
}

/** How a state dict is read. */
export interface ReadOptions<Table = never> {
  /** Whether to put the tensor of this name over a SharedArrayBuffer. */
  isShared: (name: string) => boolean;
  /** Returns tensors as views of an inflated file, which then stays in memory entirely. Default: false. */
  inPlace?: boolean;
  /** Creates the representation of a sparse table. Default: a dense tensor. */
  sparseTable?: ((bitmaps: SparseBitmaps, name: string) => Table) | undefined;
  /** Creates the representation of a mixed-precision table. Default: a dense tensor. */
  mixedTable?: ((parts: MixedPrecisionParts, name: string) => Table) | undefined;
  /** Called with notes on what is read in another form than it is in the file, one line each. */
  onNote?: ((note: string) => void) | undefined;
  /** Called with the metadata of the file. */
  onMetadata?: ((metadata: CheckpointMetadata) => void) | undefined;
}

/** The bytes of a checkpoint, read only as far as needed to recognise its format. */
export interface Content {
  /** All bytes; a source in memory frees them as they are read. */
  source: ByteSource;
  /** The first 16 bytes, one character each. */
  start: string;
  /** Its directory, if the content is a zip archive. */
  zip: ZipArchive | undefined;
}

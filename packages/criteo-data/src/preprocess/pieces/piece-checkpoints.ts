import { rmSync } from 'node:fs';
import { open, stat, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import { openJournal, resolveLinks, type Journal } from '@ds/files';
import { readFully } from '../../unnamed-file.js';
import type { CountedPiece } from '../day-totals.js';
import { DeflatedSpool, type WrittenPart } from '../deflate/deflated-spool.js';
import type { IdSource } from '../ids/id-source.js';

/** What is kept of a piece: the file next to the output has its deflated arrays, and what it changed in the ids. */
interface KeptPiece extends Omit<CountedPiece, 'kept'> {
  /** In base64. */
  kept?: string | undefined;
  /** Its part of each array. */
  parts: WrittenPart[];
  /** Where the change of the ids is, how many int32 it has, and their CRC-32. */
  change: { place: number; length: number; crc: number };
}

// The categories are one stage, integers and labels the other.
const stagesOfPiece = 2;

/** The deflated pieces of a preprocessing, in a file next to its output that an interrupted run can be continued from. */
export class PieceCheckpoints {
  readonly spool: DeflatedSpool;
  /** The pieces that an earlier run finished, from the start of the rows. */
  readonly finished: readonly CountedPiece[];
  readonly #path: string;
  readonly #journal: Journal<KeptPiece[]>;
  readonly #every: number;
  /** By piece. */
  readonly #assigned = new Map<number, { counted: CountedPiece; change: Int32Array<ArrayBuffer> }>();
  /** By piece, the stages whose arrays are in the spool. */
  readonly #added = new Map<number, number>();
  /** The first piece that is in no checkpoint. */
  #next: number;
  #saving: Promise<void> | undefined;

  private constructor(fields: {
    spool: DeflatedSpool;
    finished: readonly CountedPiece[];
    path: string;
    journal: Journal<KeptPiece[]>;
    every: number;
  }) {
    this.spool = fields.spool;
    this.finished = fields.finished;
    this.#next = fields.finished.length;
    this.#path = fields.path;
    this.#journal = fields.journal;
    this.#every = fields.every;
  }

  /**
   * Opens the checkpoints of a run that holds its output. What an earlier run with the same fingerprint finished is taken, and
   * its ids given to `ids`.
   */
  static async open({
    output,
    fingerprint,
    fresh,
    every,
    ids,
  }: {
    output: string;
    fingerprint: string;
    fresh: boolean | undefined;
    /** Rows between two checkpoints, at least. */
    every: number;
    ids: IdSource;
  }): Promise<PieceCheckpoints> {
    const path = checkpointFile(output);
    let journal = openJournal<KeptPiece[]>({ output, fingerprint, fresh });
    let pieces = [...journal.finished.values()].flat();
    const size = (await stat(path).catch(() => undefined))?.size ?? 0;
    const isWhole = pieces.every((piece) => endOf(piece) <= size);
    const file = await open(path, isWhole && pieces.length > 0 ? 'r+' : 'w+');
    try {
      const changes = isWhole ? await readChanges(file, pieces) : undefined;
      if (changes) for (const change of changes) ids.restore(change);
      else {
        // The file is not the journal's.
        journal = openJournal({ output, fingerprint, fresh: true });
        pieces = [];
        await file.truncate();
      }
    } catch (error) {
      await file.close();
      throw error;
    }
    const written = pieces.length > 0 ? size : 0;
    const spool = DeflatedSpool.continued(file, { written, pieces: pieces.map(({ parts }) => parts) });
    const finished = pieces.map(({ file: number, lines, rows, kept }) => ({
      ...{ file: number, lines, rows },
      kept: kept === undefined ? undefined : Buffer.from(kept, 'base64'),
    }));
    return new PieceCheckpoints({ spool, finished, path, journal, every });
  }

  /** Records a piece whose ids are known, and what it changed in the id dictionaries. */
  assign(piece: number, counted: CountedPiece, change: Int32Array<ArrayBuffer>): void {
    this.#assigned.set(piece, { counted, change });
  }

  /** Records that the arrays of a stage of a piece are in the spool, and makes a checkpoint if one is due. */
  async add(piece: number): Promise<void> {
    this.#added.set(piece, (this.#added.get(piece) ?? 0) + 1);
    if (this.#saving) return;
    this.#saving = this.#save(this.#every);
    try {
      await this.#saving;
    } finally {
      this.#saving = undefined;
    }
  }

  /** Makes a checkpoint of all pieces. */
  async finish(): Promise<void> {
    await this.#saving;
    await this.#save(0);
  }

  /** Removes the checkpoints. */
  remove(): void {
    this.#journal.remove();
    rmSync(this.#path, { force: true });
  }

  async #save(leastRows: number): Promise<void> {
    let end = this.#next;
    let rows = 0;
    for (; this.#added.get(end) === stagesOfPiece && this.#assigned.has(end); end++) {
      rows += this.#assigned.get(end)!.counted.rows;
    }
    if (end === this.#next || rows < leastRows) return;
    const pieces: KeptPiece[] = [];
    for (let piece = this.#next; piece < end; piece++) {
      const { counted, change } = this.#assigned.get(piece)!;
      const { file, lines, kept } = counted;
      const bytes = new Uint8Array(change.buffer, 0, change.byteLength);
      const place = await this.spool.append(bytes);
      pieces.push({
        ...{ file, lines, rows: counted.rows, kept: kept && Buffer.from(kept).toString('base64') },
        parts: this.spool.partsOf(piece),
        change: { place, length: change.length, crc: crc32(bytes) },
      });
      this.#assigned.delete(piece);
      this.#added.delete(piece);
    }
    // A journal says nothing of pieces that a power failure may still lose.
    await this.spool.sync();
    this.#journal.keep(`${this.#next}`, pieces);
    this.#next = end;
  }
}

/** Removes the checkpoints that an earlier run left next to an output. */
export function removeCheckpoints(output: string): void {
  openJournal({ output, fingerprint: '', fresh: true }).remove();
  rmSync(checkpointFile(output), { force: true });
}

function checkpointFile(output: string): string {
  // The journal is next to the file, too, also where the output is a link.
  const file = resolveLinks(output);
  return join(dirname(file), `.${basename(file)}.pieces`);
}

/** What each piece changed in the ids; undefined if the file has something else there. */
async function readChanges(
  file: FileHandle,
  pieces: readonly KeptPiece[],
): Promise<Int32Array[] | undefined> {
  const changes: Int32Array[] = [];
  for (const { change } of pieces) {
    const values = new Int32Array(change.length);
    const bytes = new Uint8Array(values.buffer);
    await readFully(file, bytes, change.place);
    if (crc32(bytes) !== change.crc) return undefined;
    changes.push(values);
  }
  return changes;
}

function endOf({ parts, change }: KeptPiece): number {
  const ends = parts.map(({ place, compressedSize }) => place + compressedSize);
  return Math.max(...ends, change.place + 4 * change.length);
}

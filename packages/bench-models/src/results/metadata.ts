import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { parse } from 'csv-parse/sync';
import type { GridPoint } from '../grid/grid.js';
import { formatPythonFloat, formatPythonTuple, parsePythonTuple } from './python-notation.js';
import type { ResultsColumn } from './results-csv.js';

/** One pruned model: a row of `sparse_model_metadata.csv`. */
export interface SparseModelMetadata extends GridPoint {
  /** Seconds that the sparsifier took for this model's masks. */
  stepTimeSec: number;
  /** Size of the zip in whole MiB, rounded down. */
  zipFileSize: number;
  /** Absolute path of the zip. */
  path: string;
  /** Exact size of the zip in bytes; not in files of the original. */
  bytes?: number;
  /** Absolute path of the zip whose tables are sparse, where there is one; may be `path`. */
  sparsePath?: string;
  /** Its exact size in bytes. */
  sparseBytes?: number;
}

/** The columns that say which model a row is about; every results file starts with them. */
export const gridPointColumns: readonly ResultsColumn<GridPoint>[] = [
  { name: 'norm', cell: (row) => row.norm },
  { name: 'sparse_block_shape', cell: (row) => formatPythonTuple(row.sparseBlockShape) },
  { name: 'sparsity_level', cell: (row) => formatPythonFloat(row.sparsityLevel) },
];

/** The columns of `sparse_model_metadata.csv`: the original's, then our own. */
export const metadataColumns: readonly ResultsColumn<SparseModelMetadata>[] = [
  ...gridPointColumns,
  { name: 'step_time_sec', cell: (row) => formatPythonFloat(row.stepTimeSec) },
  { name: 'zip_file_size', cell: (row) => row.zipFileSize },
  { name: 'path', cell: (row) => row.path },
  { name: 'bytes', cell: (row) => row.bytes ?? '' },
  { name: 'sparse_path', cell: (row) => row.sparsePath ?? '' },
  { name: 'sparse_bytes', cell: (row) => row.sparseBytes ?? '' },
];

const ownColumns = ['bytes', 'sparse_path', 'sparse_bytes'];
const requiredColumns = metadataColumns.map(({ name }) => name).filter((name) => !ownColumns.includes(name));

/**
 * Reads a `sparse_model_metadata.csv`, of ours or of the original. A relative path in it is taken from the
 * CSV's folder; columns it does not know are passed over.
 *
 * @throws Error naming the file, and the line and column where there is one: when it cannot be read, lacks a
 *   column, has no rows, or a cell is not what its column holds.
 */
export async function readSparseModelMetadata(csvPath: string): Promise<SparseModelMetadata[]> {
  const text = await readFile(csvPath, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new Error(`cannot read ${csvPath}: ${error.code === 'ENOENT' ? 'no such file' : error.message}`, {
      cause: error,
    });
  });
  const lines = parseLines(csvPath, text);
  const header = lines[0]?.record ?? [];
  const missing = requiredColumns.filter((name) => !header.includes(name));
  if (missing.length > 0) {
    throw new Error(
      `${csvPath}: expected the columns ${requiredColumns.join(', ')}; missing ${missing.join(', ')}`,
    );
  }
  const rows = lines.slice(1).map(({ record, info }) => {
    const cells = new Map(header.map((name, index) => [name, record[index] ?? '']));
    return readRow(`${csvPath} line ${info.lines}`, dirname(csvPath), cells);
  });
  if (rows.length === 0) throw new Error(`${csvPath}: expected a row for each model, found none`);
  return rows;
}

function parseLines(csvPath: string, text: string): { record: string[]; info: { lines: number } }[] {
  try {
    return parse(text, { info: true, bom: true, skip_empty_lines: true }) as unknown as {
      record: string[];
      info: { lines: number };
    }[];
  } catch (error) {
    throw new Error(`${csvPath}: not a CSV: ${(error as Error).message}`, { cause: error });
  }
}

function readRow(place: string, folder: string, cells: ReadonlyMap<string, string>): SparseModelMetadata {
  const fail = (column: string, expected: string): never => {
    throw new Error(`${place}: ${column}: expected ${expected}, found '${cells.get(column)}'`);
  };
  const number = (column: string, expected: string, isValid: (value: number) => boolean): number => {
    const cell = cells.get(column)!;
    const value = Number(cell);
    return cell.trim() !== '' && isValid(value) ? value : fail(column, expected);
  };
  const isSize = (value: number) => Number.isSafeInteger(value) && value >= 0;

  const norm = cells.get('norm')!;
  const shape = parsePythonTuple(cells.get('sparse_block_shape')!);
  const path = cells.get('path')!;
  const metadata: SparseModelMetadata = {
    norm: norm === 'L1' || norm === 'L2' ? norm : fail('norm', 'L1 or L2'),
    sparseBlockShape: shape ?? fail('sparse_block_shape', 'a shape such as (1, 4)'),
    sparsityLevel: number('sparsity_level', 'a number from 0 to 1', (level) => level >= 0 && level <= 1),
    stepTimeSec: number('step_time_sec', 'seconds', Number.isFinite),
    zipFileSize: number('zip_file_size', 'whole MiB', isSize),
    path: path === '' ? fail('path', 'the path of a model') : resolve(folder, path),
  };
  if (cells.get('bytes')) metadata.bytes = number('bytes', 'a number of bytes', isSize);
  if (cells.get('sparse_path')) metadata.sparsePath = resolve(folder, cells.get('sparse_path')!);
  if (cells.get('sparse_bytes')) metadata.sparseBytes = number('sparse_bytes', 'a number of bytes', isSize);
  return metadata;
}

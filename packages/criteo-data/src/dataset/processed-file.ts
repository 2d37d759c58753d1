import type { NpyDtype } from '@ds/tensor-files/npz';
import { openNpz, type NpzEntry } from '@ds/tensor-files/npz';
import { arrayValues } from './array-values.js';
import { columnBlocks, type ColumnBlock } from './column-blocks.js';
import { parseComment } from './processed-comment.js';

/** A processed npz file whose arrays have the right names, types and lengths. */
export interface ProcessedFile {
  readonly rows: number;
  /** Columns of X_int: the dense features. */
  readonly integerColumns: number;
  /** The number of rows of each day, if the file has it. */
  readonly dayCounts: readonly number[] | undefined;
  /** Distinct values of each categorical column: the rows of its table. */
  readonly counts: Int32Array;
  /** Whether its rows have labels, that is, whether there is an array `y`. */
  readonly isLabelled: boolean;
  /** Fingerprint of the dictionaries of its ids; undefined if the file does not have it. */
  readonly idsFingerprint: string | undefined;
  /**
   * Reads an array once, in the order of the file, as blocks of its columns. Checks every value: ids are in [0, count),
   * integers are not negative, labels are 0 or 1.
   */
  readColumns(array: 'X_cat' | 'X_int' | 'y'): AsyncIterable<ColumnBlock>;
  close(): Promise<void>;
}

const acceptedTypes: readonly NpyDtype[] = ['float64', 'int32', 'int64'];

/** @throws Error naming the file and an array that is missing, or has the wrong type or shape. */
export async function openProcessedFile(path: string): Promise<ProcessedFile> {
  const npz = await openNpz(path);
  try {
    const fail = (array: string, message: string) => new Error(`${path}: array "${array}": ${message}`);
    const entry = (name: string): NpzEntry => {
      const found = npz.entries.get(name);
      if (!found) throw fail(name, `missing; the file has ${[...npz.entries.keys()].join(', ')}`);
      if (!acceptedTypes.includes(found.dtype)) {
        throw fail(name, `expected dtype ${acceptedTypes.join(' or ')}, found ${found.dtype}`);
      }
      return found;
    };
    const isLabelled = npz.entries.has('y');
    const arrays = { X_cat: entry('X_cat'), X_int: entry('X_int'), ...(isLabelled && { y: entry('y') }) };
    const rows = (arrays.y ?? arrays.X_int).shape[0] ?? 0;
    const [, integerColumns = 0] = arrays.X_int.shape;
    const [, categoricalColumns = 0] = arrays.X_cat.shape;
    const countsEntry = entry('counts');
    const expectShape = (name: string, found: readonly number[], expected: readonly (number | string)[]) => {
      if (found.join() !== expected.join()) {
        throw fail(name, `expected shape (${expected.join(', ')}), found (${found.join(', ')})`);
      }
    };
    expectShape('X_cat', arrays.X_cat.shape, [rows, categoricalColumns || 'columns']);
    expectShape('X_int', arrays.X_int.shape, [rows, integerColumns || 'columns']);
    expectShape('counts', countsEntry.shape, [categoricalColumns]);
    if (arrays.y) expectShape('y', arrays.y.shape, [rows]);

    const counts = Int32Array.from(await allValues(countsEntry), (value, position) => {
      if (value >= 0 && value <= 0x7fffffff && Number.isInteger(value)) return value;
      throw fail('counts', `expected a number of table rows for column ${position}, found ${value}`);
    });
    const comment = parseComment(npz.comment);
    const dayCounts = npz.entries.has('total_per_file')
      ? await allValues(entry('total_per_file'))
      : comment.dayCounts;

    const limits = {
      X_cat: (column: number) => counts[column]!,
      X_int: () => 2 ** 31,
      y: () => 2,
    };
    const columnsOf = { X_cat: categoricalColumns, X_int: integerColumns, y: 1 };
    return {
      rows,
      counts,
      integerColumns,
      isLabelled,
      idsFingerprint: comment.idsFingerprint,
      dayCounts,
      readColumns: (array) => {
        const columns = columnsOf[array];
        const described = arrays[array];
        if (!described) throw fail(array, 'missing');
        const layout = { rows, columns, fortranOrder: described.fortranOrder };
        const largest = Int32Array.from({ length: columns }, (_, column) => limits[array](column) - 1);
        return columnBlocks(arrayValues(described), layout, largest, ({ row, column, found }) =>
          fail(
            array,
            `row ${row}, column ${column}: expected a whole number from 0 to ${largest[column]}, found ${found}`,
          ),
        );
      },
      close: () => npz.close(),
    };
  } catch (error) {
    await npz.close();
    throw error;
  }
}

/** The values of a small array. */
async function allValues(entry: NpzEntry): Promise<number[]> {
  const values: number[] = [];
  for await (const chunk of arrayValues(entry)) for (const value of chunk) values.push(value);
  return values;
}

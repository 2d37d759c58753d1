import { isAbsolute, relative, resolve, sep } from 'node:path';
import { formatPythonFloat, formatPythonTuple, parsePythonTuple } from './python-notation.js';

/** How the cells of a column are written and read. */
export interface CellType<Value> {
  /** The expected contents, for errors: `a number from 0 to 1`. */
  expected: string;
  /** The value of a cell of a file in `folder`, or undefined if it is invalid. */
  parse: (cell: string, folder: string) => Value | undefined;
  /** The cell of a value, in a file in `folder`. */
  format: (value: Value, folder: string) => string | number;
}

/** Any nonempty text. */
export function text(expected: string): CellType<string> {
  return { expected, parse: (cell) => (cell.trim() === '' ? undefined : cell), format: (value) => value };
}

/**
 * The path of a file. One below the folder of the CSV is stored relative to it, with `/`, so that the folder can be moved;
 * others are stored as absolute paths.
 */
export const pathCell: CellType<string> = {
  expected: 'the path of a model',
  parse: (cell, folder) => (cell.trim() === '' ? undefined : resolve(folder, cell)),
  format(value, folder) {
    const path = relative(resolve(folder), resolve(value));
    const isBelow = path !== '' && !isAbsolute(path) && path.split(sep)[0] !== '..';
    return isBelow ? path.replaceAll(sep, '/') : resolve(value);
  },
};

/** One of some words. */
export function oneOf<Choice extends string>(choices: readonly Choice[]): CellType<Choice> {
  return {
    expected: choices.join(' or '),
    parse: (cell) => choices.find((choice) => choice === cell),
    format: (value) => value,
  };
}

/** A finite number from `minimum` to `maximum`, written like a float in pandas: `1.0`. */
export function float({
  expected,
  minimum = -Infinity,
  maximum = Infinity,
}: {
  /** Default: the limits. */
  expected?: string;
  minimum?: number;
  maximum?: number;
} = {}): CellType<number> {
  return {
    expected: expected ?? `a number${limits(minimum, maximum)}`,
    parse: (cell) => numberIn(cell, (value) => value >= minimum && value <= maximum),
    format: formatPythonFloat,
  };
}

/** A whole number of at least `minimum`. */
export function wholeNumber({
  expected,
  minimum = -Infinity,
}: {
  /** Default: the limit. */
  expected?: string;
  minimum?: number;
} = {}): CellType<number> {
  return {
    expected: expected ?? `a whole number${limits(minimum, Infinity)}`,
    parse: (cell) => numberIn(cell, (value) => Number.isSafeInteger(value) && value >= minimum),
    format: (value) => value,
  };
}

/** Rows and columns of a block as Python prints a tuple: `(1, 4)`. */
export const blockShapeCell: CellType<readonly [rows: number, columns: number]> = {
  expected: 'a shape such as (1, 4)',
  parse(cell) {
    const shape = parsePythonTuple(cell);
    return shape?.every((side) => side >= 1) ? shape : undefined;
  },
  format: formatPythonTuple,
};

function numberIn(cell: string, isValid: (value: number) => boolean): number | undefined {
  const value = Number(cell);
  return cell.trim() !== '' && Number.isFinite(value) && isValid(value) ? value : undefined;
}

function limits(minimum: number, maximum: number): string {
  if (minimum === -Infinity) return '';
  return maximum === Infinity ? ` of at least ${minimum}` : ` from ${minimum} to ${maximum}`;
}

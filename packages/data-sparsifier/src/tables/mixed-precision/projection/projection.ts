import { fromFloat16 } from '../../../quantization/float16.js';
import type { TableMemory } from '../../table-memory.js';
import { placeBytes, type PlacedBytes } from '../placed-bytes.js';

// A projected row is the mean of its table plus a few directions, each times a coefficient of a few bits: transform coding
// in a basis of the table (Karhunen-Loeve; V. K. Goyal, "Theoretical foundations of transform coding", 2001). The rows of a
// kind are packed bit by bit without gaps; the coefficients of a row are consecutive, least significant bit first.

/** The kinds of projected rows that a table may have, given instead of a number of bits. */
export const projectedKinds = [128, 129, 130, 131, 132, 133] as const;
/** A kind of projected rows: 128 is the first kind of a table, 129 the second. */
export type ProjectedKind = (typeof projectedKinds)[number];
/** The maximum number of bits of a coefficient. */
export const mostCoefficientBits = 16;

/** How the rows of a projected kind are coded. */
export interface ProjectedRows {
  /** Bits of the coefficient of each direction, 0 to 16, from the first direction on. */
  coefficientBits: readonly number[];
  /** A float16 for each coefficient, little-endian: the distance between the values of two consecutive codes. */
  steps: Uint8Array;
}

/** The basis of a table, and the kinds of rows that use it. */
export interface Projection {
  /** (1 + directions, dim) float16, little-endian: the mean, then the directions. */
  basis: Uint8Array;
  /** The kinds, 128 first. */
  kinds: readonly ProjectedRows[];
}

/** A projection in the form that a table uses. */
export interface OpenProjection {
  basis: PlacedBytes;
  kinds: readonly {
    coefficientBits: readonly number[];
    rowBits: number;
    /** A byte for the bits of each coefficient, then its steps. */
    coefficients: PlacedBytes;
  }[];
}

/** Whether a kind of rows is a projected one. */
export function isProjectedKind(kind: number): kind is ProjectedKind {
  return (projectedKinds as readonly number[]).includes(kind);
}

/** Bits of a projected row. */
export function projectedRowBits({ coefficientBits }: Pick<ProjectedRows, 'coefficientBits'>): number {
  return coefficientBits.reduce((sum, bits) => sum + bits, 0);
}

/** Bytes of a number of projected rows. */
export function projectedRowsBytes(kind: Pick<ProjectedRows, 'coefficientBits'>, rows: number): number {
  return Math.ceil((rows * projectedRowBits(kind)) / 8);
}

/** Bytes of a basis and of the description of its kinds: a byte and a float16 for each coefficient. */
export function projectionBytes(
  kinds: readonly Pick<ProjectedRows, 'coefficientBits'>[],
  dim: number,
): number {
  if (kinds.length === 0) return 0;
  const lengths = kinds.map(({ coefficientBits }) => coefficientBits.length);
  return 2 * dim * (1 + Math.max(...lengths)) + 3 * lengths.reduce((sum, length) => sum + length, 0);
}

/** Copies a projection to `memory` if given; otherwise the basis is held by reference. */
export function openProjection(
  { basis, kinds }: Projection,
  memory: TableMemory | undefined,
): OpenProjection {
  return {
    basis: placeBytes(basis, memory),
    kinds: kinds.map(({ coefficientBits, steps }) => ({
      coefficientBits,
      rowBits: projectedRowBits({ coefficientBits }),
      coefficients: placeBytes(Uint8Array.of(...coefficientBits, ...steps), memory),
    })),
  };
}

/** The projection given to `openProjection`: views, not copies. */
export function projectionParts({ basis, kinds }: OpenProjection): Projection {
  return {
    basis: basis.bytes,
    kinds: kinds.map(({ coefficientBits, coefficients }) => ({
      coefficientBits,
      steps: coefficients.bytes.subarray(coefficientBits.length),
    })),
  };
}

/**
 * What a code of 1 adds to a row for each coefficient, and the row whose codes are all 0: (coefficients, dim) and (dim). A
 * coefficient of b bits has the values -(2^b - 1) / 2 to (2^b - 1) / 2 times its step.
 */
export function expandedKind(
  basis: Uint8Array,
  { coefficientBits, steps }: ProjectedRows,
  dim: number,
): { origin: Float32Array; vectors: Float32Array[] } {
  const half = (bytes: Uint8Array, at: number) => fromFloat16(bytes[2 * at]! | (bytes[2 * at + 1]! << 8));
  const origin = Float32Array.from({ length: dim }, (_, column) => half(basis, column));
  const vectors = coefficientBits.map((bits, place) => {
    const step = half(steps, place);
    const vector = Float32Array.from(
      { length: dim },
      (_, column) => half(basis, (1 + place) * dim + column) * step,
    );
    const middle = (2 ** bits - 1) / 2;
    for (let column = 0; column < dim; column++) {
      origin[column] = origin[column]! - Math.fround(middle * vector[column]!);
    }
    return vector;
  });
  return { origin, vectors };
}

/** Reads the codes of the `place`-th row of a projected kind. */
export function readCodes(rows: Uint8Array, place: number, coefficientBits: readonly number[]): number[] {
  let at = place * projectedRowBits({ coefficientBits });
  return coefficientBits.map((bits) => {
    const byte = Math.floor(at / 8);
    const word = (rows[byte] ?? 0) | ((rows[byte + 1] ?? 0) << 8) | ((rows[byte + 2] ?? 0) << 16);
    const code = (word >>> (at % 8)) & (2 ** bits - 1);
    at += bits;
    return code;
  });
}

/** Writes the codes of the `place`-th row of a projected kind. The bits written must be 0 before. */
export function writeCodes(
  rows: Uint8Array,
  place: number,
  coefficientBits: readonly number[],
  codes: ArrayLike<number>,
): void {
  let at = place * projectedRowBits({ coefficientBits });
  for (let index = 0; index < coefficientBits.length; index++) {
    const word = codes[index]! << (at % 8);
    for (let byte = 0; word >>> (8 * byte) > 0; byte++) {
      rows[Math.floor(at / 8) + byte]! |= word >>> (8 * byte);
    }
    at += coefficientBits[index]!;
  }
}

/** Reads the values of the `place`-th row of a projected kind into `out` from index `to` on. */
export function readProjectedRow(
  rows: Uint8Array,
  place: number,
  coefficientBits: readonly number[],
  { origin, vectors }: ReturnType<typeof expandedKind>,
  out: Float32Array,
  to: number,
): void {
  out.set(origin, to);
  readCodes(rows, place, coefficientBits).forEach((code, index) => {
    if (coefficientBits[index] === 0) return;
    const vector = vectors[index]!;
    for (let column = 0; column < origin.length; column++) {
      out[to + column] = out[to + column]! + Math.fround(code * vector[column]!);
    }
  });
}

/** @throws RangeError naming the part that is invalid for rows of `dim` values. */
export function checkProjection({ basis, kinds }: Projection, dim: number): void {
  if (kinds.length === 0 || kinds.length > projectedKinds.length) {
    throw new RangeError(
      `projection: expected 1 to ${projectedKinds.length} kinds of rows, found ${kinds.length}`,
    );
  }
  kinds.forEach(({ coefficientBits, steps }, place) => {
    const kind = projectedKinds[place]!;
    const isBits = (bits: number) => Number.isInteger(bits) && bits >= 0 && bits <= mostCoefficientBits;
    if (!coefficientBits.every(isBits) || projectedRowBits({ coefficientBits }) === 0) {
      throw new RangeError(
        `rows${kind}: expected coefficients of 0 to ${mostCoefficientBits} bits, at least 1 together, ` +
          `found [${coefficientBits.join(', ')}]`,
      );
    }
    checkHalves(`steps${kind}`, steps, coefficientBits.length);
  });
  const directions = Math.max(...kinds.map(({ coefficientBits }) => coefficientBits.length));
  checkHalves('basis', basis, (1 + directions) * dim);
}

function checkHalves(what: string, bytes: Uint8Array, count: number): void {
  if (bytes.length !== 2 * count) {
    throw new RangeError(
      `${what}: expected ${2 * count} bytes of ${count} float16, found ${bytes.length} bytes`,
    );
  }
  for (let at = 0; at < count; at++) {
    if ((bytes[2 * at + 1]! & 0x7c) === 0x7c) {
      throw new RangeError(`${what}: expected finite values, found others at place ${at}`);
    }
  }
}

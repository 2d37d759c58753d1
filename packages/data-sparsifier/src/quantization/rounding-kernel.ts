import { kernelOn, reservedBytes } from '../kernel.js';
import type { ErrorCarry } from './error-carry.js';
import { rowBytesOf } from './quantized-row-format.js';
import { triedRanges, type RowsToRound } from './rows-to-round.js';

/** A function of ../../assembly, described there; all arguments are addresses or numbers. */
interface KernelFunctions {
  roundRowsByCurvature(
    values: number,
    rows: number,
    dim: number,
    bits: number,
    carry: number,
    weights: number,
    ranges: number,
    step: number,
    scratch: number,
    packed: number,
  ): void;
}

const pageBytes = 65536;
// Rows are copied to the kernel's memory in pieces that fit into the CPU's caches.
const rowsAtOnce = 1024;

/** Rounding by curvature in WebAssembly, with its own memory. */
export class RoundingKernel {
  readonly #memory = new WebAssembly.Memory({ initial: 1 });
  readonly #kernel = kernelOn<KernelFunctions>(this.#memory);

  /** As `roundReference`. */
  round({ values, dim, bits }: RowsToRound, { carry, weights }: ErrorCarry): Uint8Array<ArrayBuffer> {
    const rowBytes = rowBytesOf({ bits, scaleType: 'float16' }, dim);
    const rows = values.length / dim;
    const packed = new Uint8Array(rows * rowBytes);
    const stride = dim + (dim % 2);
    const at = this.#place({
      carry: 8 * dim * stride,
      weights: 8 * dim,
      scratch: 8 * stride + 2 * dim,
      values: 4 * rowsAtOnce * dim,
      packed: rowsAtOnce * rowBytes,
    });
    const { buffer } = this.#memory;
    const carryThere = new Float64Array(buffer, at.carry, dim * stride).fill(0);
    for (let i = 0; i < dim; i++) carryThere.set(carry.subarray(i * dim, (i + 1) * dim), i * stride);
    new Float64Array(buffer, at.weights, dim).set(weights);
    const { ranges, step } = triedRanges[bits];
    for (let start = 0; start < rows; start += rowsAtOnce) {
      const count = Math.min(rowsAtOnce, rows - start);
      new Float32Array(buffer, at.values, count * dim).set(
        values.subarray(start * dim, (start + count) * dim),
      );
      const packedThere = new Uint8Array(buffer, at.packed, count * rowBytes).fill(0);
      this.#kernel.roundRowsByCurvature(
        at.values,
        count,
        dim,
        bits,
        at.carry,
        at.weights,
        ranges,
        step,
        at.scratch,
        at.packed,
      );
      packed.set(packedThere, start * rowBytes);
    }
    return packed;
  }

  /** Offsets, multiples of 16, for areas of the given sizes; grows the memory if necessary. */
  #place<Name extends string>(bytes: Record<Name, number>): Record<Name, number> {
    const offsets = {} as Record<Name, number>;
    let end = reservedBytes;
    for (const name of Object.keys(bytes) as Name[]) {
      offsets[name] = end;
      end += Math.ceil(bytes[name] / 16) * 16;
    }
    const missing = end - this.#memory.buffer.byteLength;
    if (missing > 0) this.#memory.grow(Math.ceil(missing / pageBytes));
    return offsets;
  }
}

const isLittleEndian = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;
let ofThread: RoundingKernel | undefined;

/** The kernel of this thread; undefined if WebAssembly is missing or not allowed. */
export function roundingKernel(): RoundingKernel | undefined {
  if (!isLittleEndian) return undefined;
  try {
    return (ofThread ??= new RoundingKernel());
  } catch {
    return undefined;
  }
}

import { allocateFloats } from '../values/float-bytes.js';
import { mayBeInteger } from '../names/may-be-integer.js';
import { sizeOf, type Tensor } from '../state-dict.js';
import { fileSizes } from '../values/stored-values.js';
import type { SparseTorchTensor, TorchTensor } from './torch-objects.js';

// A table of which 95 % is pruned is 4 times larger when dense; a tensor of a few values may claim any size.
const freeDense = 1 << 26;
const densePerByte = 20;

/** The dense tensors that make up sparse ones, by names that occur in errors, and how they are put together. */
export interface SparseParts {
  /** All tensors to read: dense ones by their own names, and the parts of sparse ones. */
  tensors: Map<string, TorchTensor>;
  /** The names of the sparse tensors. */
  names: readonly string[];
  /** Replaces the parts of sparse tensors, once they are read, by a dense tensor each. */
  assemble(read: Map<string, Tensor>, options: { isShared: (name: string) => boolean }): void;
}

/**
 * Takes sparse tensors apart, so that their indices and values are read like other tensors.
 *
 * @param fileSize bytes of the file, which bound the sizes of the dense tensors: 64 MB and 20 times the file
 * @throws Error naming a tensor that is too large when dense, or whose name is another's part
 */
export function takeSparseApart(
  found: ReadonlyMap<string, TorchTensor | SparseTorchTensor>,
  source: string,
  fileSize: number,
): SparseParts {
  const sparse: [name: string, tensor: SparseTorchTensor][] = [];
  for (const [name, tensor] of found) if (tensor.kind === 'sparse') sparse.push([name, tensor]);
  const most = freeDense + densePerByte * fileSize;
  let taken = 0;
  for (const [name, { shape }] of sparse) {
    taken += 4 * sizeOf(shape);
    if (taken > most) {
      throw new Error(
        `${source}: ${name}: expected sparse tensors of at most ${most} bytes when dense, 64 MB and ${densePerByte} times ` +
          `the file, found shape (${shape.join(', ')}); save it with .to_dense()`,
      );
    }
  }
  // A copy only where there are sparse ones: a file may have a great many tensors.
  const tensors = (sparse.length === 0 ? found : new Map(found)) as Map<string, TorchTensor>;
  for (const [name, { parts }] of sparse) {
    tensors.delete(name);
    for (const [part, view] of Object.entries(parts)) {
      if (found.has(partName(name, part))) {
        throw new Error(`${source}: two tensors are called ${partName(name, part)}`);
      }
      tensors.set(partName(name, part), view);
    }
  }
  return {
    tensors,
    names: sparse.map(([name]) => name),
    assemble(read, { isShared }) {
      for (const [name, tensor] of sparse) {
        const part = (of: string) => read.get(partName(name, of));
        const { dtype, bytes } = part('values')!.stored ?? {};
        if (bytes && !mayBeInteger(name)) {
          throw new Error(
            `${source}: ${name}: expected float32, float16, bfloat16 or float64 values, found ${dtype}`,
          );
        }
        const dense = denseTensor(`${source}: ${name}`, tensor, part, { shared: isShared(name) });
        for (const of of Object.keys(tensor.parts)) read.delete(partName(name, of));
        read.set(name, dense);
      }
    },
  };
}

function partName(name: string, part: string): string {
  return `${name} (${part})`;
}

function denseTensor(
  what: string,
  { layout, shape }: SparseTorchTensor,
  part: (name: string) => Tensor | undefined,
  { shared }: { shared: boolean },
): Tensor {
  const values = part('values')!;
  const bytes = values.stored?.bytes;
  const data = allocateFloats(what, sizeOf(shape), { shared });
  const size = bytes ? fileSizes[values.stored!.dtype] : 0;
  const denseBytes = bytes && new Uint8Array(size * data.length);
  const seen = bytes && new Uint8Array(data.length);
  const put = (from: number, to: number) => {
    data[to]! += values.data[from]!; // indices that occur several times add up
    if (!bytes) return;
    if (seen![to]!++) throw new Error(`${what}: expected each index of whole numbers once: coalesce() it`);
    denseBytes!.set(bytes.subarray(from * size, (from + 1) * size), to * size);
  };
  const fail = (expected: string) => new Error(`${what}: ${layout}: expected ${expected}`);
  if (layout === 'torch.sparse_coo') {
    placeByCoordinates(wholeNumbers(part('indices')!, fail), part('indices')!.shape, {
      shape,
      values,
      put,
      fail,
    });
  } else {
    const pointers = wholeNumbers(part('compressed indices')!, fail);
    placeCompressed(layout, pointers, wholeNumbers(part('plain indices')!, fail), {
      shape,
      values,
      put,
      fail,
    });
  }
  const stored = values.stored && { ...values.stored, ...(denseBytes && { bytes: denseBytes }) };
  return { data, shape, ...(stored && { stored }) };
}

interface Target {
  shape: readonly number[];
  values: Tensor;
  /** Puts the value at a position of the values at a position of the dense tensor. */
  put(from: number, to: number): void;
  fail(expected: string): Error;
}

/** COO: indices (sparse dimensions, n), values (n, dense dimensions). */
function placeByCoordinates(
  indices: Float64Array,
  [sparseDims = 0, count = 0]: readonly number[],
  { shape, values, put, fail }: Target,
): void {
  const inner = sizeOf(shape.slice(sparseDims));
  const wanted = [count, ...shape.slice(sparseDims)];
  if (
    sparseDims * count !== indices.length ||
    sparseDims > shape.length ||
    `${values.shape}` !== `${wanted}`
  ) {
    throw fail(`${count} indices of ${shape.length} dimensions, each with its values`);
  }
  if (inner === 0) return;
  for (let at = 0; at < count; at++) {
    let place = 0;
    for (let axis = 0; axis < sparseDims; axis++) {
      const index = indices[axis * count + at]!;
      if (!(index >= 0 && index < shape[axis]!)) throw fail(`an index below ${shape[axis]}, found ${index}`);
      place = place * shape[axis]! + index;
    }
    for (let i = 0; i < inner; i++) put(at * inner + i, place * inner + i);
  }
}

/** CSR, CSC, BSR and BSC: values or blocks of them, those of one row (or column) after another. */
function placeCompressed(
  layout: string,
  pointers: Float64Array,
  plain: Float64Array,
  { shape, values, put, fail }: Target,
): void {
  const [rows, columns] = shape as [number, number];
  const [count = 0, height = 1, width = 1] = values.shape;
  const isBlocked = layout === 'torch.sparse_bsr' || layout === 'torch.sparse_bsc';
  if (shape.length !== 2 || values.shape.length !== (isBlocked ? 3 : 1) || count !== plain.length) {
    throw fail('a matrix with an index for each value or block');
  }
  const byRow = layout === 'torch.sparse_csr' || layout === 'torch.sparse_bsr';
  const [down, across] = [rows / height, columns / width];
  if (!Number.isInteger(down) || !Number.isInteger(across)) throw fail('blocks that fill the matrix');
  const [lines, places] = byRow ? [down, across] : [across, down];
  if (pointers.length !== lines + 1 || pointers[0] !== 0 || pointers[lines] !== count) {
    throw fail(`${lines + 1} pointers from 0 to ${count}`);
  }
  for (let line = 0; line < lines; line++) {
    if (!(pointers[line + 1]! >= pointers[line]!)) throw fail('ascending pointers');
    for (let at = pointers[line]!; at < pointers[line + 1]!; at++) {
      const place = plain[at]!;
      if (!(place >= 0 && place < places)) throw fail(`an index below ${places}, found ${place}`);
      const [row, column] = byRow ? [line, place] : [place, line];
      for (let i = 0; i < height * width; i++) {
        const [inRow, inColumn] = [Math.floor(i / width), i % width];
        put(at * height * width + i, (row * height + inRow) * columns + column * width + inColumn);
      }
    }
  }
}

/** Indices: int64, or int32 in compressed layouts. */
function wholeNumbers({ stored }: Tensor, fail: Target['fail']): Float64Array {
  const { buffer } = stored?.bytes?.slice() ?? new Uint8Array();
  if (stored?.dtype === 'int64') return Float64Array.from(new BigInt64Array(buffer), Number);
  if (stored?.dtype === 'int32') return Float64Array.from(new Int32Array(buffer));
  throw fail(`indices of int64 or int32, found ${stored?.dtype ?? 'float32'}`);
}

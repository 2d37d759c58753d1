import type { LabelledBatch } from '../src/index.js';

/** Numbers in [0, 1) that parity/model/dlrm.py makes too (its `formula`): a hash of the index. */
export function formula(salt: number, count: number): Float64Array {
  const start = Number((BigInt(salt) * 0x9e3779b9n) % 2n ** 32n);
  return Float64Array.from({ length: count }, (_, index) => {
    let x = (index + start) >>> 0;
    x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
    x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
    return ((x ^ (x >>> 15)) >>> 0) / 2 ** 32;
  });
}

/** `batch_of` of parity/model/dlrm.py. */
export function formulaBatch(salt: number, size: number, tables: readonly number[]): LabelledBatch {
  const uniform = formula(salt + 1, size * tables.length);
  return {
    dense: Float32Array.from(formula(salt, size * 13), (x) => Math.log(Math.floor(50 * x ** 4) + 1)),
    sparse: Int32Array.from(uniform, (x, place) => Math.floor(x ** 2 * tables[place % tables.length]!)),
    labels: Float32Array.from(formula(salt + 2, size), (x) => Number(x < 0.25)),
  };
}

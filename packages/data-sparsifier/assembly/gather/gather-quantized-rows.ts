// The gather of QuantizedTable (../src/tables/quantized-table.ts) as WebAssembly with SIMD.
import { fromHalf } from '../half-floats';
import {
  findStoredRows,
  groupSize,
  largeTableRows,
  noRow,
  placeOfNoRow,
  placesOfStored,
  storedRows,
  touch,
} from './stored-rows';

// A table's header in memory, in the order of `quantizedHeaderFields` in ../src/tables/row-kernels.ts.
@unmanaged
class QuantizedRows {
  rows!: u32;
  dim!: u32;
  bits!: u32;
  halfScales!: u32;
  rowBytes!: u32;
  rowBits!: u32;
  rowRanks!: u32;
  packed!: u32;
}

/**
 * Gathers `count` rows by id; the i-th goes to `out` + i x `stride` (bytes). Returns `count`, or the position of the first
 * id that is not a row of the table.
 */
export function gatherQuantizedRows(header: usize, ids: usize, count: u32, out: usize, stride: usize): u32 {
  const table = changetype<QuantizedRows>(header);
  const rowBytes: usize = table.dim << 2;
  const isLarge = table.rows >= largeTableRows;
  for (let start: u32 = 0; start < count; start += groupSize) {
    const inGroup = min(groupSize, count - start);
    const stored = findStoredRows(
      table.rows,
      table.rowBits,
      table.rowRanks,
      rowBytes,
      ids,
      inGroup,
      out,
      stride,
    );
    if (stored == noRow) return start + placeOfNoRow;
    if (isLarge) touchRows(table, stored);
    expandRows(table, stored);
    ids += groupSize << 2;
    out += groupSize * stride;
  }
  return count;
}

/** Loads a byte of each stored row, so that the CPU fetches them all at once. */
function touchRows(table: QuantizedRows, count: u32): void {
  for (let row: usize = 0; row < <usize>count; row++) {
    touch(table.packed + <usize>load<u32>(storedRows + (row << 2)) * table.rowBytes);
  }
}

function expandRows(table: QuantizedRows, count: u32): void {
  const codeBytes: usize = (<usize>table.dim * table.bits + 7) >> 3;
  for (let row: usize = 0; row < <usize>count; row++) {
    const out: usize = load<u32>(placesOfStored + (row << 2));
    const stored = load<u32>(storedRows + (row << 2));
    const codes = table.packed + <usize>stored * table.rowBytes;
    const scales = codes + codeBytes;
    let scale: f64;
    let offset: f64;
    if (table.halfScales) {
      scale = fromHalf(load<u16>(scales));
      offset = fromHalf(load<u16>(scales, 2));
    } else {
      scale = load<f32>(scales);
      offset = load<f32>(scales, 4);
    }
    if (table.bits == 8) expandBytes(codes, table.dim, scale, offset, out);
    else expandNibbles(codes, table.dim, scale, offset, out);
  }
}

// PyTorch computes code * scale + offset as a fused multiply-add. In float64 the product is exact and the sum is rounded
// to float32 once, with the same result.
function store4(codes: v128, scales: v128, offsets: v128, out: usize): void {
  const low = f64x2.add(f64x2.mul(f64x2.convert_low_i32x4_u(codes), scales), offsets);
  const highCodes = i8x16.shuffle(codes, codes, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
  const high = f64x2.add(f64x2.mul(f64x2.convert_low_i32x4_u(highCodes), scales), offsets);
  const lows = f32x4.demote_f64x2_zero(low);
  const highs = f32x4.demote_f64x2_zero(high);
  v128.store(out, i8x16.shuffle(lows, highs, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23));
}

function expandBytes(codes: usize, dim: u32, scale: f64, offset: f64, out: usize): void {
  const scales = f64x2.splat(scale);
  const offsets = f64x2.splat(offset);
  let column: u32 = 0;
  for (; column + 4 <= dim; column += 4, codes += 4, out += 16) {
    const bytes = v128.load32_zero(codes);
    store4(i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(bytes)), scales, offsets, out);
  }
  for (; column < dim; column++, codes++, out += 4) {
    store<f32>(out, <f32>(<f64>load<u8>(codes) * scale + offset));
  }
}

function expandNibbles(codes: usize, dim: u32, scale: f64, offset: f64, out: usize): void {
  const scales = f64x2.splat(scale);
  const offsets = f64x2.splat(offset);
  let column: u32 = 0;
  for (; column + 4 <= dim; column += 4, codes += 2, out += 16) {
    const pair = <u32>load<u16>(codes);
    const four = i32x4.replace_lane(
      i32x4.replace_lane(
        i32x4.replace_lane(i32x4.splat(pair & 15), 1, (pair >> 4) & 15),
        2,
        (pair >> 8) & 15,
      ),
      3,
      pair >> 12,
    );
    store4(four, scales, offsets, out);
  }
  for (; column < dim; column++, out += 4) {
    const code = (load<u8>(codes + ((column & 3) >> 1)) >> ((<u8>(column & 1)) << 2)) & 15;
    store<f32>(out, <f32>(<f64>code * scale + offset));
  }
}

// The gather of MixedPrecisionTable (../src/tables/mixed-precision/) as WebAssembly with SIMD.
import { EliasFanoRows, findInEliasFano, notKept, prepareEliasFano } from './elias-fano';
import { expandRows, placesOfClass, rowsOfClass } from './mixed-rows';
import { expandKind, ExpandedKind, expandProjectedRows, touchProjectedRows } from './projected-rows';
import { hasBit, onesBefore, prepareRanks } from './ranked-bits';
import {
  blockSize,
  copyRepeatedRows,
  placeOfOther,
  listNewRows,
  newIds,
  newPlaces,
  notAllRows,
} from './repeated-rows';
import { groupSize, largeTableRows, placesOfStored, storedRows, touch } from './stored-rows';
import { zeroRow } from './zero-row';

// A table's header in memory, as ../src/tables/mixed-precision/kernel-header.ts writes it. After it come 5 words for each
// class, in the order of `Rows`; then, for each class but the last, 2 words: where its class bits and their counts are.
@unmanaged
class MixedTable {
  rows!: u32;
  dim!: u32;
  indexKind!: u32;
  bits!: u32;
  ranks!: u32;
  high!: u32;
  low!: u32;
  groupRanks!: u32;
  blockRanks!: u32;
  lowBits!: u32;
  classes!: u32;
  basis!: u32;
  workspace!: u32;
}
const classesAt: usize = 4 * 13;
const classBitsAt: usize = classesAt + 20 * 12;

@unmanaged
class Rows {
  bits!: u32;
  /** Bytes of a row, or how many coefficients a projected row has. */
  rowBytes!: u32;
  rows!: u32;
  coefficients!: u32;
  expanded!: u32;
}
// From here on `bits` are a projected kind.
const firstProjectedKind: u32 = 128;

// Kinds of index, in the order of kernel-header.ts; any other value is Elias-Fano coding.
const allRows: u32 = 0;
const noRows: u32 = 1;
const bitmap: u32 = 2;

export function prepareMixed(): void {
  prepareRanks();
  prepareEliasFano();
}

/**
 * Gathers `count` rows by id; the i-th goes to `out` + i x `stride` (bytes). Returns `count`, or the position of the first
 * id that is not a row of the table.
 */
export function gatherMixedRows(header: usize, ids: usize, count: u32, out: usize, stride: usize): u32 {
  const table = changetype<MixedTable>(header);
  if (table.basis) {
    for (let place: u32 = 0; place < table.classes; place++) {
      const ofClass = classOf(header, place);
      if (ofClass.bits < firstProjectedKind) continue;
      expandKind(table.basis, table.dim, ofClass.coefficients, ofClass.rowBytes, ofClass.expanded);
    }
  }
  const workspace: usize = table.workspace;
  const rowBytes: usize = table.dim << 2;
  for (let start: u32 = 0; start < count; start += blockSize) {
    const end = min(start + blockSize, count);
    const found = listNewRows(workspace, table.rows, ids, start, end, out, stride, rowBytes);
    if (found == notAllRows) return placeOfOther;
    for (let first: u32 = 0; first < found; first += groupSize) {
      const from = (<usize>first) << 2;
      const stored = findRows(
        table,
        newIds(workspace) + from,
        newPlaces(workspace) + from,
        min(groupSize, found - first),
      );
      expandStored(header, stored);
    }
    copyRepeatedRows(workspace, rowBytes);
  }
  return count;
}

/** Finds the stored rows of up to `groupSize` ids in any kind of index, and writes zeros for those that are not stored. */
function findRows(table: MixedTable, ids: usize, places: usize, count: u32): u32 {
  const rowBytes: usize = table.dim << 2;
  const kind = table.indexKind;
  let found: usize = 0;
  for (let place: usize = 0; place < <usize>count; place++) {
    const id = load<u32>(ids + (place << 2));
    const out = load<u32>(places + (place << 2));
    let stored = id;
    if (kind == bitmap) {
      stored = select<u32>(onesBefore(table.bits, table.ranks, id), notKept, hasBit(table.bits, id));
    } else if (kind != allRows) {
      stored =
        kind == noRows
          ? notKept
          : findInEliasFano(changetype<EliasFanoRows>(changetype<usize>(table) + 20), id);
    }
    store<u32>(storedRows + (found << 2), stored);
    store<u32>(placesOfStored + (found << 2), out);
    // Branchless, because which rows are stored is unpredictable.
    found += <usize>(stored != notKept);
    if (kind != allRows) zeroRow(out, rowBytes);
  }
  return <u32>found;
}

/** Writes the rows that `findRows` listed, class by class. */
function expandStored(header: usize, stored: u32): void {
  const table = changetype<MixedTable>(header);
  const isLarge = table.rows >= largeTableRows;
  const last = table.classes - 1;
  for (let place: u32 = 0; stored > 0; place++) {
    const ofClass = classOf(header, place);
    const bits = header + classBitsAt + 8 * <usize>place;
    const isProjected = ofClass.bits >= firstProjectedKind;
    // Projected rows are listed by their places, as they need not begin with a byte.
    const rowBytes = isProjected ? 1 : ofClass.rowBytes;
    const rows = isProjected ? 0 : ofClass.rows;
    const inClass =
      place == last
        ? takeRest(stored, rows, rowBytes)
        : takeClass(load<u32>(bits), load<u32>(bits, 4), stored, rows, rowBytes);
    if (isProjected) {
      const kind = changetype<ExpandedKind>(<usize>ofClass.expanded);
      if (isLarge) touchProjectedRows(ofClass.rows, kind, inClass);
      expandProjectedRows(ofClass.rows, kind, table.dim, inClass);
    } else {
      if (isLarge) {
        for (let row: usize = 0; row < <usize>inClass; row++) touch(load<u32>(rowsOfClass + (row << 2)));
      }
      expandRows(ofClass.bits, table.dim, inClass);
    }
    stored -= inClass;
  }
}

function classOf(header: usize, place: u32): Rows {
  return changetype<Rows>(header + classesAt + 20 * <usize>place);
}

/** Lists the rows of a class, and keeps the others by their positions among those of later classes. */
function takeClass(bits: usize, ranks: usize, stored: u32, rows: usize, rowBytes: usize): u32 {
  let taken: usize = 0;
  let kept: usize = 0;
  for (let row: usize = 0; row < <usize>stored; row++) {
    const place = load<u32>(storedRows + (row << 2));
    const out = load<u32>(placesOfStored + (row << 2));
    const later = onesBefore(bits, ranks, place);
    const isLater = <usize>hasBit(bits, place);
    store<u32>(rowsOfClass + (taken << 2), <u32>(rows + <usize>(place - later) * rowBytes));
    store<u32>(placesOfClass + (taken << 2), out);
    taken += 1 - isLater;
    store<u32>(storedRows + (kept << 2), later);
    store<u32>(placesOfStored + (kept << 2), out);
    kept += isLater;
  }
  return <u32>taken;
}

function takeRest(stored: u32, rows: usize, rowBytes: usize): u32 {
  for (let row: usize = 0; row < <usize>stored; row++) {
    store<u32>(rowsOfClass + (row << 2), <u32>(rows + <usize>load<u32>(storedRows + (row << 2)) * rowBytes));
    store<u32>(placesOfClass + (row << 2), load<u32>(placesOfStored + (row << 2)));
  }
  return stored;
}

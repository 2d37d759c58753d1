// Rows that a batch looks up again are not decoded again, but copied from where they were written first. In a small table, and
// wherever a few rows take most lookups, these are most of the batch.

/** Ids that are listed at a time. */
export const blockSize: u32 = 512;
// In a table of fewer rows nearly all lookups repeat an earlier one.
const fewRows: u32 = 2048;

// The workspace: for each hash of an id a slot, which holds the place in the batch of that id's first lookup, and four lists.
// What a slot holds counts only if it is an earlier place of the same id, so slots need no clearing before a gather.
const slotBits: u32 = 13;
const listBytes: usize = 4 * 512;
const newIdsAt: usize = 4 << slotBits;
const newPlacesAt: usize = newIdsAt + listBytes;
const sourcesAt: usize = newPlacesAt + listBytes;
const copiesAt: usize = sourcesAt + listBytes;

/** Bytes of the workspace of a gather, in which any values may be. */
export function workspaceBytes(): u32 {
  return <u32>(copiesAt + listBytes);
}

/** Where the ids to decode are listed. */
export function newIds(workspace: usize): usize {
  return workspace + newIdsAt;
}

/** Where their destinations are listed. */
export function newPlaces(workspace: usize): usize {
  return workspace + newPlacesAt;
}

/** Returned by `listNewRows` if an id is not a row. */
export const notAllRows: u32 = 0xffffffff;
// The place of that id in the batch.
export let placeOfOther: u32 = 0;
// How many copies are listed.
let copies: u32 = 0;

/**
 * Of the lookups from `start` to `end`, lists those to decode, which are the first of their ids, and those to copy from them.
 *
 * @returns how many are to be decoded, or `notAllRows`
 */
export function listNewRows(
  workspace: usize,
  rows: u32,
  ids: usize,
  start: u32,
  end: u32,
  out: usize,
  stride: usize,
  rowBytes: usize,
): u32 {
  const copiesAtOnce = rows < fewRows && rowBytes == 64;
  let found: u32 = 0;
  copies = 0;
  let place: usize = out + <usize>start * stride;
  for (let lookup = start; lookup < end; lookup++, place += stride) {
    const id = load<u32>(ids + ((<usize>lookup) << 2));
    if (id >= rows) {
      placeOfOther = lookup;
      return notAllRows;
    }
    const slot = slotOf(workspace, id);
    const first = firstLookup(slot, ids, id, lookup);
    const from = <u32>(out + <usize>first * stride);
    // Rows of earlier blocks have been written. A branch pays where it nearly always goes the same way.
    if (copiesAtOnce && first < start) {
      copy16(from, place);
      copy16(from + 16, place + 16);
      copy16(from + 32, place + 32);
      copy16(from + 48, place + 48);
      continue;
    }
    store<u32>(slot, first);
    // Every lookup is written at the end of both lists, one of which grows: branchless, because which one is unpredictable.
    const isNew = u32(first == lookup);
    store<u32>(workspace + newIdsAt + ((<usize>found) << 2), id);
    store<u32>(workspace + newPlacesAt + ((<usize>found) << 2), <u32>place);
    store<u32>(workspace + sourcesAt + ((<usize>copies) << 2), from);
    store<u32>(workspace + copiesAt + ((<usize>copies) << 2), <u32>place);
    found += isNew;
    copies += 1 - isNew;
  }
  return found;
}

/** Makes the listed copies, after the listed rows have been decoded. */
export function copyRepeatedRows(workspace: usize, rowBytes: usize): void {
  for (let copy: usize = 0; copy < <usize>copies; copy++) {
    const from = load<u32>(workspace + sourcesAt + (copy << 2));
    copyRow(from, load<u32>(workspace + copiesAt + (copy << 2)), rowBytes);
  }
}

function slotOf(workspace: usize, id: u32): usize {
  return workspace + ((<usize>((id ^ (id >>> slotBits)) & ((1 << slotBits) - 1))) << 2);
}

/** The place of the lookup that the slot holds if it is of this id, otherwise of this lookup. */
function firstLookup(slot: usize, ids: usize, id: u32, lookup: u32): u32 {
  const held = min(load<u32>(slot), lookup);
  return select<u32>(held, lookup, load<u32>(ids + ((<usize>held) << 2)) == id);
}

function copyRow(from: usize, to: usize, rowBytes: usize): void {
  const end = from + rowBytes;
  for (; from + 16 <= end; from += 16, to += 16) copy16(from, to);
  for (; from < end; from += 4, to += 4) store<u32>(to, load<u32>(from));
}

// So short that the compiler inlines it.
function copy16(from: usize, to: usize): void {
  v128.store(to, v128.load(from));
}

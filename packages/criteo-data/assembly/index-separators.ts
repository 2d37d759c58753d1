// Where fields end, found for 64 bytes at a time as simdjson does (Langdale and Lemire 2019, Parsing Gigabytes of JSON
// per Second, 3.1.2): a bit for each byte, then the places of the bits. A field whose ends are known can be parsed
// while those before it still are.

const tab: u32 = 0x09;
export const newline: u32 = 0x0a;

/** Bytes that are processed together. */
export const blockBytes: u32 = 64;

/** Zeros that must follow the text, because it is read in whole blocks. */
export function paddingBytes(): u32 {
  return blockBytes;
}

/** Extra space for separators that `indexSeparators` needs. */
export const spareSeparators: u32 = 7;

/** The number of newlines between `text` and `end`. */
export function countLines(text: usize, end: usize): u32 {
  let lines: u32 = 0;
  const newlines = i8x16.splat(<i8>newline);
  let from = text;
  for (; from + 16 <= end; from += 16) {
    lines += <u32>popcnt(i8x16.bitmask(i8x16.eq(v128.load(from), newlines)));
  }
  for (; from < end; from++) lines += <u32>(load<u8>(from) == newline);
  return lines;
}

/**
 * Writes the addresses of the tabs and newlines of the blocks that begin between `text` and `end` to `separators`, 32
 * bits each. Returns where they end.
 */
export function indexSeparators(text: usize, end: usize, separators: usize): usize {
  for (; text < end; text += blockBytes) {
    let bits =
      separatorBits(text) |
      (separatorBits(text + 16) << 16) |
      (separatorBits(text + 32) << 32) |
      (separatorBits(text + 48) << 48);
    const next = separators + ((<usize>popcnt(bits)) << 2);
    // Eight at a time, which may be too many, because their number is unpredictable.
    do {
      store<u32>(separators, <u32>text + <u32>ctz(bits), 0);
      bits &= bits - 1;
      store<u32>(separators, <u32>text + <u32>ctz(bits), 4);
      bits &= bits - 1;
      store<u32>(separators, <u32>text + <u32>ctz(bits), 8);
      bits &= bits - 1;
      store<u32>(separators, <u32>text + <u32>ctz(bits), 12);
      bits &= bits - 1;
      store<u32>(separators, <u32>text + <u32>ctz(bits), 16);
      bits &= bits - 1;
      store<u32>(separators, <u32>text + <u32>ctz(bits), 20);
      bits &= bits - 1;
      store<u32>(separators, <u32>text + <u32>ctz(bits), 24);
      bits &= bits - 1;
      store<u32>(separators, <u32>text + <u32>ctz(bits), 28);
      bits &= bits - 1;
      separators += 32;
    } while (separators < next);
    separators = next;
  }
  return separators;
}

/** A bit for each of 16 bytes: whether it is a tab or a newline. */
function separatorBits(text: usize): u64 {
  const bytes = v128.load(text);
  const isTab = i8x16.eq(bytes, i8x16.splat(<i8>tab));
  const isNewline = i8x16.eq(bytes, i8x16.splat(<i8>newline));
  return <u64>(<u32>i8x16.bitmask(v128.or(isTab, isNewline)));
}

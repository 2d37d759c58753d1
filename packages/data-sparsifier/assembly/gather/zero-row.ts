/** Writes `bytes` zero bytes; `bytes` is a multiple of 4. */
export function zeroRow(out: usize, bytes: usize): void {
  const end = out + bytes;
  for (; out + 16 <= end; out += 16) v128.store(out, i32x4.splat(0));
  for (; out < end; out += 4) store<u32>(out, 0);
}

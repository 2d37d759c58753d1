/** Four IEEE 754 binary16, one in each 32 bits, as float32. */
export function fromFourHalves(halves: v128): v128 {
  const rebias = i32x4.splat(112 << 23);
  const size = i32x4.shl(v128.and(halves, i32x4.splat(0x7fff)), 13);
  const isInfinite = i32x4.gt_s(size, i32x4.splat(0x0f7fffff));
  const normal = i32x4.add(i32x4.add(size, rebias), v128.and(isInfinite, rebias));
  // Subnormal numbers have a step of 2^-24. This avoids float32's own subnormal numbers, which are slow.
  const fraction = f32x4.convert_i32x4_s(v128.and(halves, i32x4.splat(0x3ff)));
  const subnormal = f32x4.mul(fraction, f32x4.splat(1.0 / 16777216));
  const isSubnormal = i32x4.lt_s(size, i32x4.splat(1 << 23));
  const sign = i32x4.shl(v128.and(halves, i32x4.splat(0x8000)), 16);
  return v128.or(v128.bitselect(subnormal, normal, isSubnormal), sign);
}

/** The float16 at an address and the one after it, in the first two lanes. */
export function loadTwoHalves(at: usize): v128 {
  return fromFourHalves(i32x4.extend_low_i16x8_u(v128.load32_zero(at)));
}

/** IEEE 754 binary16 as a number. */
export function fromHalf(half: u16): f64 {
  const sign: f64 = half & 0x8000 ? -1 : 1;
  const exponent = <i32>((half >> 10) & 31);
  const fraction = <f64>(half & 1023);
  // 2^-24 x fraction below the normal numbers; a scale or offset is never infinite.
  if (exponent == 0) return (sign * fraction) / 16777216;
  const power = reinterpret<f64>((<u64>(exponent - 15 + 1023)) << 52);
  return sign * power * (1 + fraction / 1024);
}

/** The IEEE 754 binary16 nearest to a finite number, halves to even; infinity beyond its range. */
export function toHalf(value: f32): u16 {
  const bits = reinterpret<u32>(value);
  const sign = (bits >> 16) & 0x8000;
  const magnitude = abs(value);
  if (magnitude >= 65520) return <u16>(sign | 0x7c00);
  // Subnormal numbers have a step of 2^-24.
  if (magnitude < 1.0 / 16384) return <u16>(sign | (<u32>nearest(<f64>magnitude * 16777216)));
  const rest = bits & 0x1fff;
  const half = ((bits & 0x7fffffff) - (112 << 23)) >> 13;
  return <u16>(sign | (half + u32(rest > 0x1000 || (rest == 0x1000 && (half & 1) == 1))));
}

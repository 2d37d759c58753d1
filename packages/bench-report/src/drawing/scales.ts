/** The whole powers of ten around positive values. */
export function decades(values: readonly number[]): { min: number; max: number } {
  return {
    min: 10 ** Math.floor(Math.log10(Math.min(...values))),
    max: 10 ** Math.ceil(Math.log10(Math.max(...values))),
  };
}

/** Round ends; a little beyond the values and in steps from the lower end, where the axis does not start at zero. */
export function roundScale(
  values: readonly number[],
  { fromZero }: { fromZero: boolean },
): { min?: number; max: number; interval?: number } {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  if (fromZero) return { max: niceCeiling(most) };
  const step = niceCeiling((most - least) / 5 || Math.abs(most) / 5);
  return {
    min: withoutRest(Math.floor(least / step) * step),
    max: withoutRest(Math.ceil(most / step) * step),
    interval: step,
  };
}

/** Without the last digits, which adding up steps leaves. */
function withoutRest(value: number): number {
  return Number(value.toPrecision(12));
}

/** The smallest of 1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8 times a power of ten that is at least `value`. */
function niceCeiling(value: number): number {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return power * ([1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8].find((factor) => factor * power >= value) ?? 10);
}

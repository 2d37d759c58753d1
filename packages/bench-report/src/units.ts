/** A unit, and its size in base units. */
export interface Unit {
  name: string;
  size: number;
}

/** The largest of KiB, MiB and GiB in which `bytes` is at least 1; for a chart, pass its largest value. */
export function byteUnit(bytes: number): Unit {
  const units = [
    { name: 'GiB', size: 2 ** 30 },
    { name: 'MiB', size: 2 ** 20 },
  ];
  return units.find(({ size }) => bytes >= size) ?? { name: 'KiB', size: 2 ** 10 };
}

/** Seconds for ten seconds and more, otherwise milliseconds. */
export function timeUnit(seconds: number): Unit {
  return seconds >= 10 ? { name: 's', size: 1 } : { name: 'ms', size: 1e-3 };
}

/** A number with three significant digits and no exponent: `0.0123`, `1230`. */
export function formatQuantity(value: number): string {
  if (value === 0) return '0';
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toFixed(Math.min(digits, 12));
}

/** A value in a unit: `1.85 GiB`. */
export function formatIn(unit: Unit, value: number): string {
  return `${formatQuantity(value / unit.size)} ${unit.name}`;
}

const units = ['bytes', 'KiB', 'MiB', 'GiB'];

/** A number of bytes in a suitable unit: `1023 bytes`, `1.5 KiB`, `250 KiB`. */
export function formatBytes(bytes: number): string {
  let unit = 0;
  let value = bytes;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  const decimals = unit === 0 || value >= 100 ? 0 : 1;
  return `${value.toFixed(decimals)} ${units[unit]}`;
}

/** A share as a percentage: `12.5 %`. */
export function formatShare(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

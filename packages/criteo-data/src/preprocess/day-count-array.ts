import { formatNpyHeader } from '@ds/tensor-files/npz';

/** The number of rows of each day as the array `total_per_file` of an npz, as data_utils.py writes it: its header and values. */
export function dayCountArray(dayCounts: readonly number[]): Uint8Array[] {
  const header = formatNpyHeader({ dtype: 'int64', shape: [dayCounts.length], fortranOrder: false });
  return [header, new Uint8Array(BigInt64Array.from(dayCounts, BigInt).buffer)];
}

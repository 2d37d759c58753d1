import { roundHalfToEven } from './round-half-to-even.js';
import { checkTable, type Table } from '../table.js';

/**
 * A table in 8 bits per value: value = (integer - zero point of its row) * scale of its row. This is PyTorch's quint8
 * with float_qparams per row. (QuantizedTable has FBGEMM's row-wise layout instead.)
 */
export interface QuantizedRows {
  /** The integers, row-major. */
  data: Uint8Array;
  /** (rows, columns) */
  shape: readonly [number, number];
  /** (rows) */
  scales: Float32Array;
  /** (rows); not whole numbers */
  zeroPoints: Float32Array;
}

const largestInteger = 255;
// A row with a smaller scale than this gets a scale of 1. It is float32's epsilon, as in PyTorch's observers.
const smallestScale = 2 ** -23;

const { fround } = Math;

/**
 * Quantises each row with its own scale and zero point, taken from its smallest and largest value
 * (PyTorch's torch/ao/quantization/observer.py, PerChannelMinMaxObserver with per_channel_affine_float_qparams).
 *
 * @param table (rows, columns)
 * @throws Error naming the table if it does not have two dimensions.
 */
export function quantizeRows(name: string, table: Table): QuantizedRows {
  checkTable(name, table);
  const [rows, columns] = table.shape;
  if (table.shape.length !== 2 || rows === undefined || columns === undefined) {
    throw new Error(`table "${name}": expected 2 dimensions, found shape [${table.shape.join(', ')}]`);
  }
  const quantized = {
    data: new Uint8Array(table.data.length),
    shape: [rows, columns] as const,
    scales: new Float32Array(rows),
    zeroPoints: new Float32Array(rows),
  };
  for (let row = 0; row < rows; row++) {
    let smallest = Infinity;
    let largest = -Infinity;
    for (let i = row * columns; i < (row + 1) * columns; i++) {
      smallest = Math.min(smallest, table.data[i]!);
      largest = Math.max(largest, table.data[i]!);
    }
    const step = fround(fround(largest - smallest) / largestInteger);
    const scale = step > smallestScale ? step : 1;
    quantized.scales[row] = scale;
    // + 0 avoids -0 if the smallest value is zero.
    quantized.zeroPoints[row] = columns === 0 ? 0 : -smallest / scale + 0;
  }
  requantizeRows(table.data, quantized);
  return quantized;
}

/** Writes the integers of `values`, (rows, columns), with the existing scales and zero points. */
export function requantizeRows(
  values: Float32Array,
  { data, shape: [rows, columns], scales, zeroPoints }: QuantizedRows,
): void {
  for (let row = 0; row < rows; row++) {
    const inverse = fround(1 / scales[row]!);
    for (let i = row * columns; i < (row + 1) * columns; i++) {
      const place = roundHalfToEven(fround(fround(values[i]! * inverse) + zeroPoints[row]!));
      data[i] = Math.min(Math.max(place, 0), largestInteger);
    }
  }
}

/** The values that the integers stand for, as a new table (rows, columns). */
export function dequantizeRows({ data, shape, scales, zeroPoints }: QuantizedRows): Table {
  const [rows, columns] = shape;
  const values = new Float32Array(data.length);
  for (let row = 0; row < rows; row++) {
    for (let i = row * columns; i < (row + 1) * columns; i++) {
      values[i] = fround(data[i]! - zeroPoints[row]!) * scales[row]!;
    }
  }
  return { data: values, shape };
}

import { MixedPrecisionTable } from '@ds/data-sparsifier';
import { Dlrm, evaluate, type LabelledBatch, type StateDict } from '@ds/dlrm';
import { compressTables } from '../../src/index.js';
import { refitTables } from '../../src/refit/refit-tables.js';
import { scalableDense, scalableMixed } from '../../src/refit/scalable-table.js';
import { datasetOf, readGoldenModel } from '../golden-model.js';

const examples = 6000;

/** Rows whose labels are drawn from the model itself. */
async function drawnRows(): Promise<{
  state: StateDict;
  batch: LabelledBatch;
  columns: Map<string, number>;
}> {
  const { state, tables, batch } = await readGoldenModel();
  const rows = batch.labels.length;
  const repeated = <Values extends Float32Array | Int32Array>(values: Values, shift: number) => {
    const width = values.length / rows;
    return values.constructor === Int32Array
      ? Int32Array.from({ length: examples * width }, (_, at) => {
          const example = Math.floor(at / width);
          // Other combinations of the same ids.
          return values[
            ((example * 7 + shift * (at % width) + Math.floor(example / rows)) % rows) * width + (at % width)
          ]!;
        })
      : Float32Array.from({ length: examples * width }, (_, at) => values[at % values.length]!);
  };
  const drawn = {
    dense: repeated(batch.dense, 0) as Float32Array,
    sparse: repeated(batch.sparse, 31) as Int32Array,
    labels: new Float32Array(examples),
  };
  const model = await Dlrm.fromStateDict(state, { threads: 1 });
  const { scores } = await evaluate({ model, dataset: datasetOf(drawn) });
  await model.dispose();
  let seed = 1;
  drawn.labels = Float32Array.from(scores, (score) => {
    seed = (seed * 48271) % 2147483647;
    return Number(seed / 2147483647 < score);
  });
  return { state, batch: drawn, columns: new Map(tables.map(({ name }, column) => [name, column])) };
}

/** The model with its tables at a third, so that a refit has something to do. */
async function shrunkModel() {
  const { state, batch, columns } = await drawnRows();
  const { tables } = await readGoldenModel();
  const importance = Object.fromEntries(
    tables.map(({ name, accesses, curvature }) => [name, { accesses, curvature }]),
  );
  const shrunk = Object.fromEntries(
    tables.map(({ name }) => {
      const { data, shape } = state[name]!;
      return [name, { data: data.map((value) => value / 3), shape }];
    }),
  );
  const small = compressTables({ tables: shrunk, importance, budget: { ratio: 4 } });
  return { state: { ...state, ...shrunk }, batch, columns, importance, tables: small };
}

test('is taken where the second half of the rows says so, and costs no bytes', async () => {
  const { batch, tables, ...model } = await shrunkModel();
  const found = await refitTables({
    ...model,
    tables,
    dataset: datasetOf(batch),
    options: { threads: 1 },
  });
  expect(found).toMatchObject({ isTaken: true, fittedRows: 3000, decidingRows: 3000 });
  expect(found.change.interval[0]).toBeGreaterThan(0);
  for (const [name, table] of Object.entries(found.tables)) {
    expect(table.byteLength).toBe(tables[name]!.byteLength);
    expect(table.bits).toEqual(tables[name]!.bits);
    expect(table.toDense()).not.toEqual(tables[name]!.toDense());
    expect(found.base[name]!.data).not.toEqual(model.state[name]!.data);
  }
});

test('is refused where the second half says the contrary: the tables stay as they were', async () => {
  const { batch, tables, ...model } = await shrunkModel();
  const labels = batch.labels.map((label, at) => (at < examples / 2 ? label : 1 - label));
  const dataset = datasetOf({ ...batch, labels });
  const found = await refitTables({ ...model, tables, dataset, options: { threads: 1 } });
  expect(found.isTaken).toBe(false);
  expect(found.change.difference).toBeLessThan(0);
  expect(found.tables).toBe(tables);
});

test('is refused where the labels say nothing about the rows', async () => {
  const { batch, tables, ...model } = await shrunkModel();
  const dataset = datasetOf({ ...batch, labels: batch.labels.map((_, at) => ((at * 7919) % 13) & 1) });
  const found = await refitTables({ ...model, tables, dataset, options: { threads: 1 } });
  expect(found.isTaken).toBe(false);
});

describe('scales', () => {
  const rows = 40;
  const dim = 8;
  const data = Float32Array.from({ length: rows * dim }, (_, at) => Math.sin(at * at));
  const table = { data, shape: [rows, dim] };
  const accesses = Float64Array.from({ length: rows }, (_, row) => 2 ** (row % 6));

  test('multiply the rows of a group, of every number of bits', () => {
    const bits = Uint8Array.from({ length: rows }, (_, row) => [0, 1, 2, 4, 8, 16, 32][row % 7]!);
    const mixed = MixedPrecisionTable.fromDense({ table, bits });
    const scalable = scalableMixed(mixed, accesses);
    expect(scalable.scales).toBe(6);
    const scales = Float64Array.from({ length: 6 }, (_, at) => (at - 2) / 8);
    const before = mixed.toDense();
    const after = scalable.scaledBy(scales).toDense();
    for (let row = 0; row < rows; row++) {
      const found: number[] = [];
      scalable.partsOf(row, (scale, values) => {
        found.push(scale);
        expect(values).toEqual(before.subarray(row * dim, (row + 1) * dim));
      });
      expect(found).toEqual(bits[row] === 0 ? [] : [row % 6]);
      for (let at = row * dim; at < (row + 1) * dim; at++) {
        expect(Math.abs(after[at]! - before[at]! * (1 + scales[row % 6]!))).toBeLessThan(2e-3);
      }
    }
  });

  test('multiply the coefficients of a kind and the mean, where rows are projected', () => {
    const curvature = new Float64Array(dim * dim);
    for (let at = 0; at < dim; at++) curvature[at * (dim + 1)] = at === 0 ? 100 : 0.01;
    const small = compressTables({
      tables: { table },
      importance: { table: { accesses: accesses.map((count) => 100 * count), curvature } },
      budget: { bytes: 170 },
    });
    const mixed = small['table']!;
    expect(mixed.bits.some((bits) => bits >= 128)).toBe(true);
    const scalable = scalableMixed(mixed, accesses);
    const scales = Float64Array.from({ length: scalable.scales }, (_, at) => 0.1 * (at + 1));
    const after = scalable.scaledBy(scales);
    expect(after.byteLength).toBe(mixed.byteLength);
    const values = after.toDense();
    for (let row = 0; row < rows; row++) {
      const expected = new Float64Array(dim);
      const parts: number[] = [];
      scalable.partsOf(row, (scale, part) => {
        parts.push(scale);
        part.forEach((value, at) => (expected[at]! += value * (1 + scales[scale]!)));
      });
      expect(parts).toHaveLength(mixed.bits[row] === 0 ? 0 : mixed.bits[row]! >= 128 ? 2 : 1);
      expected.forEach((value, at) => expect(Math.abs(values[row * dim + at]! - value)).toBeLessThan(5e-3));
    }
  });

  test('multiply the rows of a dense table', () => {
    const scalable = scalableDense(table, accesses);
    const { data: scaled } = scalable.scaledBy([0, 0.5, 0, 0, 0, -0.25]);
    scaled.forEach((value, at) => {
      const factor = { 1: 1.5, 5: 0.75 }[Math.floor(at / dim) % 6] ?? 1;
      expect(value).toBeCloseTo(data[at]! * factor, 6);
    });
  });
});

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SparseTable, TableMemory } from '@ds/data-sparsifier';
import {
  Dlrm,
  embeddingTableNames,
  loadCheckpoint,
  loadModelState,
  saveCheckpoint,
  saveSparseCheckpoint,
  type ModelState,
  type StateDict,
} from '@ds/dlrm';
import { appendTo, fileSource, openZip, writeWhole, ZipWriter } from '@ds/files';
import { asTorchRec } from '../../../../test-support/src/other-forms.js';
import { readSmallGolden, type SmallGolden } from '../../golden-model.js';

const folder = mkdtempSync(join(tmpdir(), 'model-state-'));
const densePath = join(folder, 'dense.ckpt');
const sparsePath = join(folder, 'sparse.safetensors');
let pruned: StateDict;
let batch: SmallGolden['batches'][number];

beforeAll(async () => {
  const { initial, batches } = await readSmallGolden();
  pruned = initial;
  batch = batches[0]!;
  const names = embeddingTableNames(pruned);
  // Every other value of a row, and each third row as a whole.
  for (const name of names) {
    const { data, shape } = pruned[name]!;
    data.forEach((_, at) => {
      if (at % 2 === 1 || Math.floor(at / shape[1]!) % 3 === 0) data[at] = 0;
    });
  }
  await saveCheckpoint(densePath, pruned);
  await saveSparseCheckpoint(sparsePath, {
    tables: Object.fromEntries(names.map((name) => [name, SparseTable.fromDense({ table: pruned[name]! })])),
    tensors: Object.fromEntries(Object.entries(pruned).filter(([name]) => !names.includes(name))),
  });
});
afterAll(() => rmSync(folder, { recursive: true }));

const kindsOf = async (...args: Parameters<typeof loadModelState>) => {
  const state = await loadModelState(...args);
  const tables = embeddingTableNames(state).map((name) => state[name]!);
  return new Set(tables.map((table) => (table instanceof SparseTable ? 'sparse' : 'dense')));
};

describe('loadModelState', () => {
  it('gives the tables of the file, or the kind that is asked for', async () => {
    expect(await kindsOf(sparsePath)).toEqual(new Set(['sparse']));
    expect(await kindsOf(densePath)).toEqual(new Set(['dense']));
    expect(await kindsOf(sparsePath, { tables: 'dense' })).toEqual(new Set(['dense']));
    expect(await kindsOf(densePath, { tables: 'sparse' })).toEqual(new Set(['sparse']));
  });

  it('gives what a packed checkpoint holds, at any place of its values', async () => {
    const source = await fileSource(densePath);
    const zip = await openZip(source);
    for (let gap = 0; gap < 4; gap++) {
      const pieces: Uint8Array[] = [];
      const moved = new ZipWriter(async (piece) => void pieces.push(piece.slice()));
      await moved.addStored('archive/'.padEnd(9 + gap, '-'), []);
      for (const entry of zip.entries.values()) await moved.addStored(entry.name, zip.read(entry));
      await moved.finish();
      const path = join(folder, `moved-${gap}.zip`);
      await writeWhole(path, async (file) => {
        const packed = new ZipWriter(appendTo(file));
        await packed.addDeflated('moved.ckpt', pieces);
        await packed.finish();
      });
      expect(await loadModelState(path)).toEqual(pruned);
    }
    await source.close();
  });

  it('puts all sparse tables into the memory that is given', async () => {
    for (const path of [sparsePath, densePath]) {
      const memory = new TableMemory();
      const before = memory.allocate(0);
      const state = await loadModelState(path, { tables: 'sparse', blockWidth: 4, memory });
      const tables = embeddingTableNames(state).map((name) => state[name] as SparseTable);
      const bytes = tables.reduce((sum, { byteLength }) => sum + byteLength, 0);
      expect(memory.allocate(0) - before).toBeGreaterThanOrEqual(bytes);
      for (const { blockWidth } of tables) expect(blockWidth).toBe(path === densePath ? 4 : 1);
    }
  });

  it('never makes the dense table of a sparse file', async () => {
    const path = join(folder, 'huge.safetensors');
    const [rows, dim] = [8_000_000, 65_536];
    const table = {
      rows,
      dim,
      blockWidth: 1,
      storedRows: 0,
      keptBlocks: 0,
      bitmaps: () => ({
        rowBits: new Uint8Array(rows / 8),
        blockBits: new Uint8Array(0),
        values: new Float32Array(0),
      }),
    };
    const zeros = (...shape: [number, number?]) => ({
      data: new Float32Array(shape[0] * (shape[1] ?? 1)),
      shape: shape as number[],
    });
    await saveSparseCheckpoint(path, {
      tables: { 'emb_l.0.weight': table },
      tensors: {
        'bot_l.0.weight': zeros(dim, 1),
        'bot_l.0.bias': zeros(dim),
        'top_l.0.weight': zeros(1, dim + 1),
        'top_l.0.bias': zeros(1),
      },
    });
    const state = await loadModelState(path);
    expect(state['emb_l.0.weight']).toMatchObject({ rows, dim, storedRows: 0 });
    // 2 TB: had it been made, it would have failed.
    await expect(loadModelState(path, { tables: 'dense' })).rejects.toThrow(
      `${path}: emb_l.0.weight: 524288000000 float32 values do not fit in memory`,
    );
  });

  it('names the file of tensors that are no model', async () => {
    const path = join(folder, 'part.safetensors');
    const tables = { 'emb_l.0.weight': SparseTable.fromDense({ table: pruned['emb_l.0.weight']! }) };
    await saveSparseCheckpoint(path, { tables, tensors: {} });
    await expect(loadModelState(path)).rejects.toThrow(`${path}: bot_l.0.weight is missing`);
  });
});

describe('Dlrm.load of a sparse checkpoint', () => {
  it('predicts, and saves again, what the dense one does', async () => {
    const dense = await Dlrm.load(densePath, { engine: 'onnx' });
    const sparse = await Dlrm.load(sparsePath, { engine: 'onnx' });
    expect(await sparse.forward(batch)).toEqual(await dense.forward(batch));
    expect(sparse.stateDict()).toEqual(pruned);
    const saved = join(folder, 'saved.ckpt');
    await sparse.save(saved);
    expect(await loadCheckpoint(saved)).toEqual(pruned);
    await dense.dispose();
    await sparse.dispose();
  });
});

it.each(['facebookresearch/dlrm', 'TorchRec'])(
  'serves layers that were compressed as tables, of %s',
  async (names) => {
    const state: ModelState = names === 'TorchRec' ? asTorchRec(pruned) : { ...pruned };
    for (const [name, tensor] of Object.entries(state)) {
      if (!('data' in tensor) || tensor.shape.length !== 2) continue;
      state[name] = SparseTable.fromDense({ table: tensor });
    }
    const [dense, compressed] = [await Dlrm.fromStateDict(pruned), await Dlrm.fromStateDict(state)];
    expect(await compressed.forward(batch)).toEqual(await dense.forward(batch));
    await Promise.all([dense.dispose(), compressed.dispose()]);
  },
);

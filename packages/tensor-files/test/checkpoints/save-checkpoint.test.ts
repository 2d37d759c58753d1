import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { loadCheckpoint, saveCheckpoint, writeCheckpoint, type StateDict } from '@ds/tensor-files';

const golden = join(__dirname, '../golden/checkpoints');
const folder = mkdtempSync(join(tmpdir(), 'save-checkpoint-'));
afterAll(() => rmSync(folder, { recursive: true }));

const tensor = fc.array(fc.nat({ max: 4 }), { maxLength: 4 }).chain((shape) => {
  const size = shape.reduce((product, length) => product * length, 1);
  return fc
    .float32Array({ minLength: size, maxLength: size })
    .map((data) => ({ data: Float32Array.from(data), shape }));
});
const stateDicts = fc
  .uniqueArray(fc.tuple(fc.stringMatching(/^[a-zA-Zé][a-zA-Z0-9_.]{0,19}[a-z0-9]$/), tensor), {
    minLength: 1,
    maxLength: 6,
    selector: ([name]) => name.toLowerCase(),
  })
  .map((entries): StateDict => Object.fromEntries(entries));

async function bytesOf(checkpoint: Parameters<typeof writeCheckpoint>[0]): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of writeCheckpoint(checkpoint)) pieces.push(piece);
  return Buffer.concat(pieces);
}

describe('saveCheckpoint', () => {
  it.each(['x.ckpt', 'x.pth', 'x.safetensors', 'x.npz'])(
    'writes %s so that it loads the same, in order',
    async (name) => {
      await fc.assert(
        fc.asyncProperty(stateDicts, async (stateDict) => {
          const path = join(folder, name);
          await saveCheckpoint(path, stateDict);
          const loaded = await loadCheckpoint(path);
          expect(loaded).toEqual(stateDict);
          expect(Object.keys(loaded)).toEqual(Object.keys(stateDict));
        }),
        { numRuns: 40 },
      );
    },
  );

  it('reads a safetensors file whose header length begins like another format', async () => {
    const path = join(folder, 'length.safetensors');
    const starts = new Set<string>();
    for (let length = 1; length <= 1300; length += 7) {
      await saveCheckpoint(path, { ['w'.repeat(length)]: { data: Float32Array.of(1), shape: [1] } });
      starts.add(readFileSync(path).toString('hex', 0, 2));
      expect(Object.keys(await loadCheckpoint(path))).toEqual(['w'.repeat(length)]);
    }
    // 0x80 and a protocol number, as in a pickle.
    expect(starts).toContain('8002');
  });

  it.each(['ckpt', 'safetensors', 'npz'] as const)(
    'writes the bytes of writeCheckpoint, the same each time: %s',
    async (format) => {
      const stateDict = await loadCheckpoint(join(golden, 'protocol-2.ckpt'));
      const path = join(folder, `same.${format}`);
      await saveCheckpoint(path, stateDict);
      expect(readFileSync(path).equals(await bytesOf({ format, stateDict }))).toBe(true);
    },
  );

  it.each(['ckpt', 'safetensors', 'npz'] as const)(
    'writes tensors in pieces as it writes them whole: %s',
    async (format) => {
      await fc.assert(
        fc.asyncProperty(stateDicts, fc.integer({ min: 1, max: 9 }), async (stateDict, length) => {
          const inPieces = Object.entries(stateDict).map(([name, { data, shape }]) => {
            function* pieces() {
              for (let at = 0; at < data.length; at += length) yield data.slice(at, at + length);
            }
            return [name, { shape, pieces }] as const;
          });
          expect(await bytesOf({ format, stateDict: Object.fromEntries(inPieces) })).toEqual(
            await bytesOf({ format, stateDict }),
          );
        }),
        { numRuns: 30 },
      );
      const short = { w: { shape: [2, 2], pieces: () => [new Float32Array(3)] } };
      await expect(bytesOf({ format, stateDict: short })).rejects.toThrow(
        'w: expected 4 values for shape (2, 2), found 3',
      );
    },
  );

  it.each(['x.ckpt', 'x.safetensors', 'x.npz'])(
    'puts the tables of %s over shared memory if asked to, whatever their type',
    async (name) => {
      const path = join(folder, name);
      const shape = [2, 2];
      const values = () => ({ data: Float32Array.of(1, 2, 3, 4), shape });
      await saveCheckpoint(path, {
        'emb_l.0.weight': values(),
        'emb_l.1.weight': { ...values(), stored: { dtype: 'float16' } },
        'bot_l.0.weight': values(),
      });
      for (const shared of [true, false]) {
        const loaded = Object.entries(await loadCheckpoint(path, { shared }));
        expect(
          loaded.map(([of, { data }]) => [of, data.buffer instanceof SharedArrayBuffer, [...data]]),
        ).toEqual(loaded.map(([of]) => [of, shared && of.startsWith('emb_l'), [1, 2, 3, 4]]));
      }
    },
  );

  it.each(['x.ckpt', 'x.safetensors', 'x.npz'])(
    'reads tensors of more than a mebibyte, which come in pieces, from %s',
    async (name) => {
      const path = join(folder, name);
      const single = Float32Array.from({ length: 300_007 }, (_, at) => Math.sin(at));
      const half = Float32Array.from({ length: 600_011 }, (_, at) => (at * at) % 2039);
      await saveCheckpoint(path, {
        single: { data: single, shape: [single.length] },
        half: { data: half, shape: [half.length], stored: { dtype: 'float16' } },
      });
      const loaded = await loadCheckpoint(path);
      const isEqual = (found: Float32Array, expected: Float32Array) =>
        Buffer.compare(new Uint8Array(found.buffer), new Uint8Array(expected.buffer)) === 0;
      expect([isEqual(loaded['single']!.data, single), isEqual(loaded['half']!.data, half)]).toEqual([
        true,
        true,
      ]);
    },
  );

  it('stores tied weights once, and reads them as tied', async () => {
    const data = new Float32Array(100_000).fill(1);
    const path = join(folder, 'tied.ckpt');
    await saveCheckpoint(path, { a: { data, shape: [100_000] }, b: { data, shape: [100, 1000] } });
    expect(readFileSync(path).length).toBeLessThan(402_000);
    const loaded = await loadCheckpoint(path);
    expect(loaded.b!.shape).toEqual([100, 1000]);
    expect(loaded.a!.data).toEqual(data);
    expect(loaded.b!.data).toEqual(data);
  });

  it('writes one array as several types into storages of their own', async () => {
    const [data, shape] = [Float32Array.of(1.5, 2), [2]];
    const int32 = (...values: number[]) => ({
      dtype: 'int32' as const,
      bytes: new Uint8Array(Int32Array.from(values).buffer),
    });
    const state: StateDict = {
      single: { data, shape },
      half: { data, shape, stored: { dtype: 'float16' } },
      brain: { data, shape, stored: { dtype: 'bfloat16' } },
    };
    const path = join(folder, 'types.ckpt');
    await saveCheckpoint(path, state);
    expect(await loadCheckpoint(path)).toEqual(state);
    // Of whole numbers the bytes are written, whatever the array has.
    const bytes = { a: { data, shape, stored: int32(7, -8) }, b: { data, shape, stored: int32(5, 6) } };
    await saveCheckpoint(path, bytes);
    const { a, b } = await loadCheckpoint(path);
    expect([[...a!.data], [...b!.data]]).toEqual([
      [7, -8],
      [5, 6],
    ]);
  });

  it('begins every tensor of a ckpt at a multiple of 64 bytes, as PyTorch does', async () => {
    const marked = (first: number, length: number) => {
      const data = new Float32Array(length);
      data[0] = first;
      return { data, shape: [length] };
    };
    const path = join(folder, 'aligned.ckpt');
    await saveCheckpoint(path, { a: marked(1234.5, 3), b: marked(2345.5, 1), c: marked(3456.5, 70) });
    const bytes = readFileSync(path);
    for (const first of [1234.5, 2345.5, 3456.5]) {
      expect(bytes.indexOf(Buffer.from(Float32Array.of(first).buffer)) % 64).toBe(0);
    }
  });

  it('refuses a tensor whose values do not fit its shape, and leaves the file that was there', async () => {
    const path = join(folder, 'kept.ckpt');
    await saveCheckpoint(path, { w: { data: new Float32Array(4), shape: [2, 2] } });
    const before = readFileSync(path);
    await expect(saveCheckpoint(path, { w: { data: new Float32Array(4), shape: [2, 3] } })).rejects.toThrow(
      `${path}: w: expected 6 values for shape (2, 3), found 4`,
    );
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('refuses other extensions and a folder that cannot be made', async () => {
    await expect(saveCheckpoint('model.bin', {})).rejects.toThrow(
      'model.bin: expected a checkpoint called .ckpt, .pt, .pth, .safetensors, .npz, found ".bin"',
    );
    await expect(
      saveCheckpoint(join(folder, 'x.safetensors'), {
        __metadata__: { data: Float32Array.of(1), shape: [1] },
      }),
    ).rejects.toThrow('safetensors: a tensor cannot be called __metadata__');
    const path = join(folder, 'kept.ckpt', 'x.ckpt');
    await expect(saveCheckpoint(path, {})).rejects.toThrow(
      `cannot write ${path}: a part of its path is a file`,
    );
  });
});

import { mkdtemp, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ZipWriter } from '@ds/files';
import { temporaryFolder } from '@ds/test-support';
import { checkDumpedFiles } from '../../src/results/check-dumped-files.js';
import { dumpFormatOf } from '../../src/results/dump-format.js';
import { pointMetadata } from '../../src/results/dump-identity.js';
import type { SparseModelMetadata } from '../../src/results/metadata.js';

const root = temporaryFolder();
const row: SparseModelMetadata = {
  norm: 'L1',
  sparseBlockShape: [1, 4],
  sparsityLevel: 0.5,
  stepTimeSec: 1,
  zipFileSize: 1,
  path: '',
};
const point = { norm: 'L1', sparse_block_shape: '(1, 4)', sparsity_level: '0.5' };
const [one, other] = ['1'.repeat(64), '2'.repeat(64)];

/** A zip with a comment, as bench-disk writes one. */
async function zip(comment: object | undefined, name = 'm.zip'): Promise<string> {
  const pieces: Uint8Array[] = [];
  const writer = new ZipWriter(async (bytes) => void pieces.push(bytes.slice()));
  await writer.addStored('m.ckpt', [Buffer.from('a model')]);
  await writer.finish(comment && { comment: JSON.stringify(comment) });
  const path = join(await mkdtemp(join(root, 'dump-')), name);
  await writeFile(path, Buffer.concat(pieces));
  return path;
}

const check = (...models: SparseModelMetadata[]) =>
  checkDumpedFiles('metadata.csv', models.map((model) => ({ model, tables: 'dense' as const })));

test('the metadata of a model is what tells it apart', () => {
  expect(pointMetadata({ norm: 'L1', sparseBlockShape: [1, 4], sparsityLevel: 0.5 })).toEqual(point);
  expect(pointMetadata({ method: 'rows-nearest', bits: 4 })).toEqual({ method: 'rows-nearest', bits: '4' });
});

test('files that are those of their rows pass, and so do files that say nothing, and missing ones', async () => {
  const path = await zip({ ...point, source_sha256: one });
  const { size } = await stat(path);
  const named = { ...row, path, bytes: size, sourceSha256: one };
  const unnamed = { ...row, path, bytes: size };
  await check(named);
  await check(unnamed, named);
  await check({ ...row, path: await zip(undefined) });
  await check({ ...row, path: join(root, 'missing.zip'), bytes: 3 });
  // Of a checkpoint that is not packed only the size is known.
  const checkpoint = join(root, 'm.ckpt');
  await writeFile(checkpoint, 'abc');
  await check(named, { ...row, path: checkpoint, bytes: 3, sourceSha256: other });
});

test.each([
  [{ sparsity_level: '0.6' }, 'expected sparsity_level 0.5, as metadata.csv says, found 0.6'],
  [{ norm: 'L2' }, 'expected norm L1, as metadata.csv says, found L2'],
  [{ sparse_block_shape: '(4, 1)' }, 'expected sparse_block_shape (1, 4), as metadata.csv says, found (4, 1)'],
  [{ scope: 'global' }, 'expected scope none, as metadata.csv says, found global'],
  [{ source_sha256: other }, `as metadata.csv, found the model 222222222222...`],
  [{ source_sha256: undefined }, `expected a model made of the model 111111111111..., as metadata.csv, found one`],
])('a file of %j is refused', async (change, message) => {
  const path = await zip({ ...point, source_sha256: one, ...change });
  const checked = check({ ...row, path, sourceSha256: one });
  await expect(checked).rejects.toThrow(`${path}: expected `);
  await expect(checked).rejects.toThrow(message);
  await expect(checked).rejects.toThrow(': the file is of another run; run bench-disk again');
});

test('a file of another size is refused', async () => {
  const path = await zip(point);
  const { size } = await stat(path);
  await expect(check({ ...row, path, bytes: size + 1 })).rejects.toThrow(
    `${path}: expected ${size + 1} bytes, as metadata.csv says, found ${size}`,
  );
});

test('files made of two models are refused, also where the CSV does not name one', async () => {
  const paths = [await zip({ ...point, source_sha256: one }), await zip({ ...point, source_sha256: other })];
  await expect(check(...paths.map((path) => ({ ...row, path })))).rejects.toThrow(
    `${paths[1]}: expected a model made of the model 111111111111..., as ${paths[0]}, found the model 222222222222...`,
  );
  // Nor may the CSV name two.
  const [first, second] = paths.map((path, i) => ({ ...row, path, sourceSha256: [one, other][i]! }));
  await expect(check(first!, second!)).rejects.toThrow(`${paths[1]}: expected a model made of the model 1111`);
});

test('the file that is served is the one that is checked', async () => {
  const path = await zip(point);
  const sparsePath = await zip({ ...point, sparsity_level: '0.6' }, 'm.sparse.ZIP');
  const model = { ...row, path, sparsePath, sparseBytes: (await stat(sparsePath)).size };
  const checkBoth = (changed: SparseModelMetadata, tables: 'dense' | 'sparse') =>
    checkDumpedFiles('metadata.csv', [{ model: changed, tables }]);
  await checkBoth(model, 'dense');
  await expect(checkBoth(model, 'sparse')).rejects.toThrow(`${sparsePath}: expected sparsity_level 0.5`);
  await expect(checkBoth({ ...model, sparseBytes: 1 }, 'sparse')).rejects.toThrow(
    `${sparsePath}: expected 1 bytes`,
  );
  await checkBoth({ ...row, path }, 'sparse');
});

test('the format of a dump is told by the files of a row', () => {
  expect(dumpFormatOf({ path: '/a.zip' })).toBe('dense');
  expect(dumpFormatOf({ path: '/a.zip', sparsePath: '/a.zip' })).toBe('sparse');
  expect(dumpFormatOf({ path: '/a.zip', sparsePath: '/a.sparse.zip' })).toBe('both');
});

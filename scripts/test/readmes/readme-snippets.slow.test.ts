import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { transformSync } from 'esbuild';
import { root } from '../published-packages.js';
import { snippetsOf } from './snippet.js';

// In each list what one README's snippets write, the next one's read.
describe.each([
  [['data-sparsifier']],
  [['activation-sparsifier']],
  [['criteo-data']],
  [['dlrm']],
  [['bench-activations']],
  [['bench-disk', 'bench-metrics', 'bench-forward', 'bench-memory', 'bench-frontier', 'bench-report']],
])('the READMEs of %s', (packages) => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'readme-test-'));
    // The files that the READMEs take as given: processed rows, and a model trained on them.
    cpSync(join(root, 'packages/test-support/test/golden/original-run'), folder, { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  describe.each(packages)('%s', (name) => {
    const snippets = snippetsOf(readFileSync(join(root, 'packages', name, 'README.md'), 'utf8'));

    it('has a snippet', () => expect(snippets).not.toEqual([]));

    it.each(snippets)('runs the snippet in line $line', ({ language, code, output }) => {
      const { code: module } = transformSync(code, { loader: language, format: 'esm' });
      writeFileSync(join(folder, 'snippet.mjs'), module);
      const printed = execFileSync(process.execPath, ['snippet.mjs'], {
        cwd: folder,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      if (output !== undefined) expect(printed.trim()).toBe(output.trim());
    });
  });
});

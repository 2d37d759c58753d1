import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const built = pathToFileURL(join(__dirname, '../dist/index.js')).href;

test('the snippets of the README print what it says', async () => {
  const readme = await readFile(join(__dirname, '../README.md'), 'utf8');
  const snippets = [...readme.matchAll(/```js\n(.*?)```\n\n```text\n(.*?)```/gs)];
  expect(snippets).toHaveLength(readme.split('```js').length - 1);
  const folder = await mkdtemp(join(tmpdir(), 'readme-'));
  try {
    for (const [, program, output] of snippets) {
      const file = join(folder, 'snippet.mjs');
      await writeFile(file, program!.replace("'@ds/data-sparsifier'", JSON.stringify(built)));
      const { stdout } = await promisify(execFile)(process.execPath, [file]);
      expect(stdout).toBe(output);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});

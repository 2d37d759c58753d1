import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../published-packages.js';

describe('the committed WebAssembly', () => {
  test.each(['criteo-data', 'data-sparsifier', 'dlrm'])('of %s is what its source compiles to', (name) => {
    const cwd = join(root, 'packages', name);
    const { scripts } = JSON.parse(readFileSync(join(cwd, 'package.json'), 'utf8')) as {
      scripts: { 'build:kernel': string };
    };
    const [program, ...args] = scripts['build:kernel'].split(' ') as [string, ...string[]];
    expect(program).toBe('node');
    execFileSync(process.execPath, [...args, '--check'], { cwd, stdio: 'pipe' });
  });
});

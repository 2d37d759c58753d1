import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

it('is what its source compiles to', () => {
  const script = join(__dirname, '../../../../scripts/build-kernel.mjs');
  const args = [script, 'src/preprocess/kernel-module.ts', '--check'];
  execFileSync(process.execPath, args, { cwd: join(__dirname, '../..') });
});

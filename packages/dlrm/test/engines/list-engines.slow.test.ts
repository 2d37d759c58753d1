import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { builtFile } from '../../../test-support/src/built-file.js';
import { engineNames } from '../../src/index.js';
import { whyAbsent } from './conformance/presence.js';

const cli = builtFile(join(__dirname, '../../dist/cli.js'));

test('dlrm engines lists each engine: version and measured rates, or why it is absent and what to do', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [cli, 'engines']);
  const lines = stdout.trimEnd().split('\n');
  expect(lines.map((line) => line.split(' ')[0])).toEqual(engineNames);
  engineNames.forEach((name, index) => {
    expect(lines[index]).toMatch(
      whyAbsent(name) === undefined
        ? /present +forward \d+\.\d, training \d+\.\d thousand examples\/s +@?[a-z/-]+ \d+\.\d+\.\d+( \(TensorFlow \d+\.\d+\.\d+\))?$/
        : /absent +\S.*; (install|it needs|reinstall) .+/,
    );
  });
});

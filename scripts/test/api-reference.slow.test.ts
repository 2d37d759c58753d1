import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from './published-packages.js';

it('every public name is documented, and every link in its documentation leads somewhere', () => {
  const typedoc = join(root, 'node_modules/typedoc/bin/typedoc');
  // typedoc.json says what must be documented; npm run docs writes the site.
  const options = ['--emit', 'none', '--treatWarningsAsErrors'];
  const check = () => execFileSync(process.execPath, [typedoc, ...options], { cwd: root, stdio: 'pipe' });
  expect(check).not.toThrow();
});

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { publishedPackages, root } from './published-packages.js';

it('the names of every published package are checked', () => {
  // By default TypeDoc checks those of the root's package.json alone, which has none.
  const { packagesRequiringDocumentation } = JSON.parse(readFileSync(join(root, 'typedoc.json'), 'utf8'));
  expect([...packagesRequiringDocumentation].sort()).toEqual(
    publishedPackages.map(({ json }) => json.name).sort(),
  );
});

it('every public name is documented, and every link in its documentation leads somewhere', () => {
  const typedoc = join(root, 'node_modules/typedoc/bin/typedoc');
  // typedoc.json says what must be documented; npm run docs writes the site.
  const options = ['--emit', 'none', '--treatWarningsAsErrors'];
  const check = () => execFileSync(process.execPath, [typedoc, ...options], { cwd: root, stdio: 'pipe' });
  expect(check).not.toThrow();
});

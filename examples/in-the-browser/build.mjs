/** Builds the page into dist/: four static files for any web server. */
import { copyFile, mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { recordBuild } from '../../scripts/build-record.ts';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

const built = recordBuild(here('.'));
await mkdir(here('dist'), { recursive: true });
await build({
  absWorkingDir: here('.'),
  entryPoints: ['src/page.ts', 'src/prune.worker.ts'],
  bundle: true,
  format: 'iife',
  platform: 'browser',
  target: 'es2022',
  minify: true,
  legalComments: 'inline',
  outdir: 'dist',
  // Uses the built packages, not the sources to which the repository's tsconfig.json maps their names.
  tsconfigRaw: '{}',
  logLevel: 'warning',
  // Unused chunks of a package without side effects.
  logOverride: { 'ignored-bare-import': 'silent' },
});
for (const file of ['index.html', 'page.css']) await copyFile(here(`src/${file}`), here(`dist/${file}`));
await built();

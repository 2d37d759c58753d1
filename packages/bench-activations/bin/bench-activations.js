#!/usr/bin/env node
// Stands here before the first build, so that `npm ci` links the command; the command itself is dist/cli.js.
import { existsSync } from 'node:fs';

const cli = new URL('../dist/cli.js', import.meta.url);
if (existsSync(cli)) {
  await import(cli.href);
} else {
  process.stderr.write('error: bench-activations is not built: run `npm run build` in the repository\n');
  process.exitCode = 1;
}

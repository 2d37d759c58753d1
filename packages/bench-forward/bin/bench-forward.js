#!/usr/bin/env node
// Stands here before the first build, so that `npm ci` links the command; the command itself is dist/cli.js.
import { existsSync } from 'node:fs';

const cli = new URL('../dist/cli.js', import.meta.url);
if (existsSync(cli)) {
  await import(cli.href).catch((error) => {
    if (error.code !== 'EMFILE' && error.code !== 'ENFILE') throw error;
    process.stderr.write('error: too many open files: raise the limit of open files (ulimit -n)\n');
    process.exitCode = 1;
  });
} else {
  process.stderr.write('error: bench-forward is not built: run `npm run build` in the repository\n');
  process.exitCode = 1;
}

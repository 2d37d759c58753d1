import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { loadavg } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeWhole } from '@ds/files';
import { buildSync } from 'esbuild';
import * as prettier from 'prettier';
import { describeMachine } from './measuring/machine.js';
import { withSection } from './measuring/results-file.js';

// Runs the programs named on the command line, or all of them, each in its own process. Each writes its section of
// RESULTS.md when it ends; other sections stay as they are.
const programs = fileURLToPath(new URL('./programs', import.meta.url));
const results = fileURLToPath(new URL('./RESULTS.md', import.meta.url));
const files = readdirSync(programs, { recursive: true, encoding: 'utf8' }).filter((file) =>
  file.endsWith('.ts'),
);
const pathOf = new Map(files.map((file) => [basename(file, '.ts'), join(programs, file)]));
const known = [...pathOf.keys()].sort();
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  process.stderr.write(`error: unknown program ${unknown.join(', ')}; expected ${known.join(', ')}\n`);
  process.exit(2);
}

const machine = describeMachine();
for (const name of wanted.length > 0 ? wanted : known) {
  process.stderr.write(`${name}...\n`);
  const loadBefore = load();
  const { status, stdout } = runProgram(name);
  if (status !== 0) {
    process.stderr.write(`error: ${name} failed; ${results} keeps its earlier section\n`);
    process.exit(1);
  }
  const date = new Date().toISOString().slice(0, 10);
  const text = `${stdout.trim()}\n\n${date}; ${machine}; load ${loadBefore} at the start, ${load()} at the end.`;
  process.stdout.write(`## ${name}\n\n${text}\n\n`);
  const before = existsSync(results) ? readFileSync(results, 'utf8') : '';
  // Formatted for the linter.
  const style = { ...(await prettier.resolveConfig(results)), filepath: results };
  const formatted = await prettier.format(withSection(before, { name, text }, known), style);
  await writeWhole(results, async (file) => {
    await file.writeFile(formatted);
  });
}

/** Runs a program as plain JavaScript, because tsx would also transform the built packages and make them slower. */
function runProgram(name: string): { status: number | null; stdout: string } {
  // In the folder of python-rival.ts, which looks for `../rivals/` relative to its own location.
  const built = fileURLToPath(new URL(`./measuring/.built-${name}.mjs`, import.meta.url));
  try {
    buildSync({
      entryPoints: [pathOf.get(name)!],
      outfile: built,
      bundle: true,
      packages: 'external',
      platform: 'node',
      format: 'esm',
    });
    return spawnSync(process.execPath, [built], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  } finally {
    rmSync(built, { force: true });
  }
}

/** The machine's load average over the last minute; near 0 when idle. */
function load(): string {
  return loadavg()[0]!.toFixed(1);
}

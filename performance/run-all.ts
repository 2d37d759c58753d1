import { spawnSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describeMachine } from './machine.js';

// Runs the programs named on the command line, or all, each in a process of its own; a full run is kept in RESULTS.md.
const programs = fileURLToPath(new URL('./programs', import.meta.url));
const known = readdirSync(programs).map((file) => basename(file, '.ts'));
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  process.stderr.write(`error: no program ${unknown.join(', ')}; there are ${known.join(', ')}\n`);
  process.exit(2);
}

const sections: string[] = [];
for (const name of wanted.length > 0 ? wanted : known) {
  process.stderr.write(`${name}...\n`);
  const { status, stdout } = spawnSync(process.execPath, ['--import', 'tsx', join(programs, `${name}.ts`)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  process.stdout.write(stdout);
  if (status !== 0) process.exit(1);
  sections.push(stdout.trim());
}
if (wanted.length === 0) {
  const header = [
    '# Results',
    '',
    'Written by `npm run performance`; what each program does stands in [README.md](README.md). A ratio is the median',
    "over the rounds of the rival's time divided by ours: above 1, ours is faster.",
    '',
    `${describeMachine()}; ${new Date().toISOString().slice(0, 10)}.`,
  ].join('\n');
  writeFileSync(new URL('./RESULTS.md', import.meta.url), `${header}\n\n${sections.join('\n\n')}\n`);
}

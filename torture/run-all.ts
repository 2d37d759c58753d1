import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createProgram, Option, parseChoice, parseCount, parseList, runProgram } from '@ds/command-line';
import { compareWithPython } from './fuzz/compare-with-python.js';
import { fuzz } from './fuzz/fuzz.js';
import { hostileBombs, hostileCalls } from './hostile/hostile.js';
import { throughCommands } from './hostile/through-commands.js';
import { kills } from './kills/kills.js';
import { bySystemCalls, inNode, network } from './network/network.js';
import type { Outcome } from './outcome.js';
import { resources } from './resources/resources.js';
import { unwritable } from './resources/unwritable.js';

const parts = ['fuzz', 'hostile', 'kills', 'resources', 'network'] as const;
type Part = (typeof parts)[number];
const megabyte = 1 << 20;

interface Options {
  only: readonly Part[];
  cases: number;
  kills: number;
  seed: number;
  processes: number;
  python?: string;
}

const program = createProgram({
  name: 'npm run torture --',
  description: 'Does to the readers and commands what must not hurt them, and prints what came of it.',
  version: '0.1.0',
  example: `npm run torture
npm run torture -- --only fuzz --cases 20000 --seed 7`,
})
  .addOption(
    new Option('--only <list>', `which parts: ${parts.join(', ')}`)
      .argParser(parseList(parseChoice(parts)))
      .default(parts, parts.join(',')),
  )
  .addOption(new Option('--cases <number>', 'damaged files').argParser(parseCount(1)).default(1_000_000))
  .addOption(new Option('--kills <number>', 'ended commands').argParser(parseCount(1)).default(100))
  .addOption(
    new Option('--processes <number>', 'that read damaged files or are killed, at a time')
      .argParser(parseCount(1))
      .default(availableParallelism(), 'the available processors'),
  )
  .option('--python <path>', 'a Python with torch, numpy and safetensors, to compare what is read')
  .addOption(new Option('--seed <number>', 'of damage and moments').argParser(parseCount()).default(1))
  .action(async (options: Options) => {
    const { only, seed, processes } = options;
    const sample = options.python && (await mkdtemp(join(tmpdir(), 'torture-sample-')));
    if (!sample) process.stderr.write('without --python, nothing is compared with PyTorch\n');
    const work: Record<Part, (() => Promise<Outcome>)[]> = {
      fuzz: sample
        ? [
            () => fuzz({ cases: options.cases, seed, sample, processes }),
            () => compareWithPython({ python: options.python!, sample }),
          ]
        : [() => fuzz({ cases: options.cases, seed, processes })],
      hostile: [
        hostileCalls,
        () => hostileBombs([megabyte, 8 * megabyte]),
        () => throughCommands({ size: megabyte, processes }),
      ],
      kills: [() => kills({ cases: options.kills, seed, processes })],
      resources: [resources, unwritable],
      network: [() => network([inNode, bySystemCalls])],
    };
    const outcomes: Outcome[] = [];
    try {
      for (const part of parts.filter((name) => only.includes(name))) {
        for (const run of work[part]) {
          const outcome = await run();
          outcomes.push(outcome);
          process.stderr.write(`${outcome.name}: ${outcome.cases}, ${outcome.faults.length} faults\n`);
          outcome.faults.forEach((fault) => process.stderr.write(`  ${fault}\n`));
        }
      }
    } finally {
      if (sample) await rm(sample, { recursive: true });
    }
    process.stdout.write(table(outcomes));
    if (outcomes.some(({ faults }) => faults.length > 0)) throw new Error('there are faults, listed above');
  });

function table(outcomes: readonly Outcome[]): string {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  const rows = outcomes.map(
    ({ name, cases, found, faults }) => `| ${name} | ${cases} | ${faults.length} | ${found} |\n`,
  );
  const when = `${new Date().toISOString().slice(0, 10)}, commit ${commit}, Node ${process.versions.node}`;
  return `${when}\n\n| Part | Cases | Faults | Outcome |\n| --- | --- | --- | --- |\n${rows.join('')}`;
}

await runProgram(program);

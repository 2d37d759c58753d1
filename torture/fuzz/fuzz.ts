import { readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProcess } from '../child.js';
import type { Outcome } from '../outcome.js';

// npm and jest run in the project's folder.
const root = process.cwd();
const checkpoints = join(root, 'packages/tensor-files/test/golden/checkpoints');
const casesAtOnce = 2000;
const secondsPerCase = 5;
// Archive formats have a checksum for every array; in the others a changed value cannot be detected.
const hasChecksums = (file: string) => !/\.(safetensors|csv)$/.test(file) && file !== 'without-checksums.pt';

/** The small files that are damaged, each as its program wrote it. */
export function seedFiles(): string[] {
  const files = readdirSync(checkpoints).filter((name) => /\.(pt|pth|ckpt|safetensors|npz|zip)$/.test(name));
  return [
    ...files.map((name) => join(checkpoints, name)),
    join(root, 'packages/bench-report/test/golden/upstream-run/sparse_model_metadata.csv'),
  ];
}

/** Damages seed files by seeded mutations, and reads each under limits of time and memory. */
export async function fuzz({ cases, seed }: { cases: number; seed: number }): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), 'torture-fuzz-'));
  const counts: Record<string, number> = { equal: 0, different: 0, error: 0 };
  const faults: string[] = [];
  try {
    for (let first = 0; first < cases;) {
      const count = Math.min(casesAtOnce, cases - first);
      const worker = join(root, 'torture/fuzz/worker.mjs');
      const { code, signal, stdout, stderr } = await runProcess(
        [
          ...[process.execPath, '--max-old-space-size=512', worker, `${seed}`, `${first}`, `${count}`],
          ...[folder, ...seedFiles()],
        ],
        { seconds: 60 + count * 0.2 },
      );
      let last = first - 1;
      for (const line of stdout.split('\n').filter((text) => text.endsWith('}'))) {
        const { number, file, outcome, seconds } = JSON.parse(line) as {
          number: number;
          file?: string;
          outcome?: string;
          seconds: number;
        };
        last = number;
        if (file === undefined || outcome === undefined) continue;
        const isSilent = outcome === 'different' && hasChecksums(file);
        if (isSilent || outcome.startsWith('fault') || seconds > secondsPerCase) {
          faults.push(`case ${number} of seed ${seed}, ${file}: ${outcome}, ${seconds.toFixed(1)} s`);
        } else {
          counts[outcome]!++;
        }
      }
      if (code !== 0) {
        faults.push(
          `case ${last} of seed ${seed}: the reader ended by ${signal ?? code}: ${stderr.slice(-200)}`,
        );
      }
      // Continues after a file that ended the process.
      first = code === 0 ? first + count : Math.max(first, last + 1);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
  const { equal, different, error } = counts;
  return {
    name: 'damaged files',
    cases,
    found: `${error} clear errors, ${equal} equal, ${different} different where no check can detect it`,
    faults,
  };
}

import { copyFileSync, readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProcess } from '../child.js';
import type { Outcome } from '../outcome.js';

// npm and jest run in the project's folder.
const root = process.cwd();
const original = join(root, 'packages/test-support/test/golden/original-run');
const cli = (name: string) => join(root, 'packages', name, 'dist/cli.js');

interface Lack {
  /** What is lacking. */
  name: string;
  /** A line for bash; `$node` and `$disk`, `$data` are set, `$out` is an empty folder. */
  line: string;
  /** Whether the command can do without; undefined where the system or Node may end it. */
  succeeds: boolean | undefined;
}

const disk =
  '$node $disk --model-path $model --sparsified-model-dump-path $out/dump --output $out/models.csv --sparsity-levels 0.5,0.9 --norms L1 --quiet';
const rows = '$node $data synthesize --rows 20000 --output $out/rows.txt --quiet';
const lacks: Lack[] = [
  {
    name: 'a full disk',
    line: `$node $data synthesize --rows 20000 --output /dev/full --quiet`,
    succeeds: false,
  },
  {
    name: 'a file as large as may be (ulimit -f)',
    line: `trap '' XFSZ; ulimit -f 64; ${rows}`,
    succeeds: false,
  },
  {
    name: 'models as large as may be (ulimit -f)',
    line: `trap '' XFSZ; ulimit -f 8; ${disk}`,
    succeeds: false,
  },
  {
    name: 'a folder that is a file',
    line: `$node $data synthesize --rows 9 --output $model/rows.txt`,
    succeeds: false,
  },
  { name: 'few file descriptors', line: `ulimit -n 40; ${disk}`, succeeds: false },
  { name: 'a missing TMPDIR', line: `TMPDIR=/nonexistent ${disk}`, succeeds: true },
  {
    name: 'a reader of stdout that is gone',
    line: `{ ${disk}; echo $? > /dev/null; } | true`,
    succeeds: true,
  },
  {
    name: 'a reader of stderr that is gone',
    line: `${disk.replace(' --quiet', '')} 2> >(true)`,
    succeeds: true,
  },
  {
    // With 10 MB it is chance whether Node ends it before, after or not at all.
    name: 'a heap of 8 MB',
    line: `ulimit -c 0; NODE_OPTIONS=--max-old-space-size=8 ${disk}`,
    succeeds: undefined,
  },
  {
    name: 'address space of 2 GB',
    line: `ulimit -c 0; ulimit -v 2000000; ${rows.replace('20000', '400000')}`,
    succeeds: undefined,
  },
  {
    name: 'a folder that is read-only',
    line: `chmod 555 $out; if [ "$(id -u)" = 0 ]; then out=/sys; fi; ${rows}`,
    succeeds: false,
  },
];

/** Runs commands where something is lacking: they succeed, or say so in one line and leave nothing half-written. */
export async function resources(): Promise<Outcome> {
  const faults: string[] = [];
  for (const { name, line, succeeds } of lacks) {
    const folder = await mkdtemp(join(tmpdir(), 'torture-resources-'));
    try {
      const model = join(folder, 'model.ckpt');
      copyFileSync(join(original, 'criteo_model.ckpt'), model);
      const out = await mkdtemp(join(folder, 'out-'));
      const { code, signal, stderr } = await runProcess(['bash', '-c', line], {
        seconds: 300,
        env: { node: process.execPath, disk: cli('bench-disk'), data: cli('criteo-data'), model, out },
      });
      const left = readdirSync(out, { recursive: true }).map(String);
      const isLeft = succeeds === undefined && code !== 0 ? /\.(csv|txt)$/ : /\.(tmp|lock)$/;
      const half = left.filter(
        (path) => isLeft.test(path) || (succeeds === false && /\.(csv|txt)$/.test(path)),
      );
      const isClear = /^error: [^\n]*\n$/.test(stderr);
      if (succeeds === undefined ? false : succeeds ? code !== 0 : code !== 1 || !isClear) {
        faults.push(`${name}: ended by ${signal ?? code}: ${stderr.trim().slice(-300)}`);
      }
      if (half.length > 0) faults.push(`${name}: left ${half.join(', ')}`);
    } finally {
      await rm(folder, { recursive: true });
    }
  }
  return {
    name: 'something lacking',
    cases: lacks.length,
    found: 'success where it can be done without, else one line of error; nothing half-written',
    faults,
  };
}

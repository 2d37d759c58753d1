/**
 * Runs the Python programs of parity/ and fails if their output differs from the committed golden files, or if a
 * check in one of them fails. The packages must be built.
 *
 *   node scripts/parity.mjs [PROGRAM...] [--update]
 *
 * PROGRAM: only these, such as `sparsifier`. --update: overwrite the golden files instead.
 * PARITY_VENV: a Python environment to use; default: one in the cache folder, created if missing.
 * DLRM_SOURCE: a checkout of facebookresearch/dlrm; default: one in the cache folder, cloned if missing.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));
const parity = join(root, 'parity');
const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'data-sparsifier-benchmark');

const dlrm = {
  repository: 'https://github.com/facebookresearch/dlrm.git',
  commit: '090956ee2319ddd349a42232958aefccfe3f7b0a',
};

const { values, positionals } = parseArgs({
  options: { update: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const { goldens, checks } = JSON.parse(readFileSync(join(parity, 'programs.json'), 'utf8'));
const all = [...Object.keys(goldens), ...checks];
const nameOf = (program) => basename(program, '.py');
const wanted = positionals.map(nameOf);
const unknown = wanted.find((name) => !all.some((program) => nameOf(program) === name));
if (unknown !== undefined) {
  console.error(
    `error: no program ${unknown} in parity/programs.json, which has ${all.map(nameOf).join(', ')}`,
  );
  process.exit(2);
}
const chosen =
  wanted.length > 0 ? wanted.map((name) => all.find((program) => nameOf(program) === name)) : all;

const python = pythonOf(process.env.PARITY_VENV || makeEnvironment());
const environment = {
  ...process.env,
  DLRM_SOURCE: process.env.DLRM_SOURCE || cloneDlrm(),
  // The same order of sets, and of sums, on every run.
  PYTHONHASHSEED: '0',
  OMP_NUM_THREADS: '1',
  // The programs must not leave files in the tree.
  PYTHONDONTWRITEBYTECODE: '1',
};

const failed = chosen.filter((program) => !holds(program));
if (failed.length > 0) {
  console.error(`error: ${failed.length} of ${chosen.length} parity programs failed: ${failed.join(', ')}`);
  process.exitCode = 1;
} else {
  console.error(`all ${chosen.length} parity programs ${values.update ? 'ran' : 'agree'}`);
}

function holds(program) {
  console.error(`\n${program}`);
  const path = join(parity, program);
  const folder = goldens[program] && join(root, goldens[program]);
  if (!folder) return succeeds(python, [path]);
  if (values.update) return succeeds(python, [path, '--output', folder]);

  const output = mkdtempSync(join(tmpdir(), 'parity-'));
  try {
    return (
      succeeds(python, [path, '--output', output]) &&
      succeeds(python, [join(parity, 'compare_goldens.py'), folder, output])
    );
  } finally {
    rmSync(output, { recursive: true, force: true });
  }
}

function succeeds(program, args) {
  const { status, error } = spawnSync(program, args, {
    cwd: root,
    env: environment,
    stdio: ['ignore', process.stderr, process.stderr],
  });
  if (error) console.error(error.message);
  return status === 0;
}

/** A virtual environment with the pinned requirements; a new one if these change. */
function makeEnvironment() {
  const requirements = join(parity, 'requirements.txt');
  const hash = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 8);
  const folder = join(cache, `parity-venv-${hash}`);
  const complete = join(folder, 'complete');
  if (existsSync(complete)) return folder;
  console.error(`creating the Python environment ${folder}`);
  rmSync(folder, { recursive: true, force: true });
  must(process.platform === 'win32' ? 'python' : 'python3', ['-m', 'venv', folder]);
  must(pythonOf(folder), ['-m', 'pip', 'install', '--quiet', '--requirement', requirements]);
  must(pythonOf(folder), ['-c', `open(${JSON.stringify(complete)}, 'w').close()`]);
  return folder;
}

function pythonOf(environmentFolder) {
  return process.platform === 'win32'
    ? join(environmentFolder, 'Scripts', 'python.exe')
    : join(environmentFolder, 'bin', 'python');
}

function cloneDlrm() {
  const folder = join(cache, `dlrm-${dlrm.commit.slice(0, 8)}`);
  if (existsSync(folder)) return folder;
  console.error(`cloning ${dlrm.repository}`);
  const making = `${folder}.making`;
  rmSync(making, { recursive: true, force: true });
  must('git', ['init', '--quiet', making]);
  must('git', ['-C', making, 'fetch', '--quiet', '--depth', '1', dlrm.repository, dlrm.commit]);
  must('git', ['-C', making, 'checkout', '--quiet', 'FETCH_HEAD']);
  renameSync(making, folder);
  return folder;
}

function must(program, args) {
  const { status, error } = spawnSync(program, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (status === 0) return;
  console.error(`error: ${program} ${args.join(' ')} failed${error ? `: ${error.message}` : ''}`);
  process.exit(1);
}

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import packageJson from '../package.json';

/** What `run.json` holds for whoever cites or repeats a run, beside what the report shows. */
export interface RunRecord {
  /** When the run ended, ISO 8601 in UTC. */
  date: string;
  /** Version of each package of ours that took part, and of Node. */
  versions: Record<string, string>;
  /** The git commit of the checkout, `+` after it if tracked files had changed; absent outside of a checkout. */
  commit?: string;
  /** The command line. */
  command: string;
  /** The flags of the command line, as `--config` takes them. */
  flags: Readonly<Record<string, string | true>>;
  /** The seeds of what is random. */
  seeds: Record<string, number>;
  /** What ran the networks, and why. */
  engine?: string;
  /** The training, if the model was trained here. */
  training?: EpochRecord;
  /** sha256 of each input and output, by the path as it was given or found. */
  sha256: Record<string, string>;
}

/** How the quality on the validation split went during training. */
export interface EpochRecord {
  epochs: number;
  /** ROC AUC on the validation split after each epoch; null where it is not defined. */
  validationRocAuc: (number | null)[];
  /** The epoch, from 1, at which it was largest; absent where it is never defined. */
  bestEpoch?: number;
}

/** Makes the record of a run that has just ended. */
export async function recordRun({
  files,
  ...facts
}: Pick<RunRecord, 'flags' | 'seeds' | 'engine' | 'training'> & {
  /** Inputs and outputs: their paths by name. */
  files: Readonly<Record<string, string>>;
}): Promise<RunRecord> {
  const sha256: Record<string, string> = {};
  for (const [name, path] of Object.entries(files)) sha256[name] = await sha256Of(path);
  const commit = commitOf(here);
  return {
    date: new Date().toISOString(),
    versions: { ...packageVersions(), node: process.versions.node },
    ...(commit !== undefined && { commit }),
    command: ['npm run benchmark --', ...process.argv.slice(2).map(quoted)].join(' ').replace(/ --$/, ''),
    ...facts,
    sha256,
  };
}

const here = dirname(fileURLToPath(import.meta.url));

/** The version of each package of ours that is installed, by its name. */
export function packageVersions(): Record<string, string> {
  return Object.fromEntries(
    Object.keys(packageJson.dependencies).flatMap((name) => {
      const manifest = manifestOf(name);
      // The data of flights are not published, so they need not be there.
      if (manifest === undefined) return [];
      const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
      return [[name, version]];
    }),
  );
}

/** The package.json of a package, if it is installed; its `exports` need not name it. */
function manifestOf(name: string): string | undefined {
  for (let folder = here; ; folder = dirname(folder)) {
    const path = join(folder, 'node_modules', name, 'package.json');
    if (existsSync(path)) return path;
    if (folder === dirname(folder)) return undefined;
  }
}

function commitOf(folder: string): string | undefined {
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', folder, ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  try {
    return `${git('rev-parse', 'HEAD')}${git('status', '--porcelain', '--untracked-files=no') ? '+' : ''}`;
  } catch {
    return undefined; // no git, or no checkout
  }
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
}

/** An argument as a shell takes it. */
function quoted(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`;
}

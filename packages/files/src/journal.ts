import { appendFileSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createHash } from 'node:crypto';
import { fileIdentity } from './reading/file-identity.js';
import { resolveLinks } from './writing/resolve-links.js';
import { nameWithin } from './writing/temporary-file.js';
import { cannotWrite } from './writing/write-error.js';

/** What a run has finished so far: a file `.<name>.journal` next to its output, until the output is complete. */
export interface Journal<Entry> {
  /** What an earlier run with the same fingerprint finished before it ended early, by key. */
  readonly finished: ReadonlyMap<string, Entry>;
  /** Records that a piece of the work is finished. @throws Error naming the journal if it cannot be written. */
  keep(key: string, entry: Entry): void;
  /** Removes the file, once the output is complete. */
  remove(): void;
}

/**
 * Opens the journal of a run that continues where an earlier one stopped. Entries are plain data. The caller must hold the
 * output (`whileHolding`), so that no other process writes to the journal.
 */
export function openJournal<Entry>({
  output,
  fingerprint,
  fresh = false,
}: {
  /** The output that the journal is for. */
  output: string;
  /** What the work depends on, from `fingerprintOf`: an earlier journal with a different fingerprint is discarded. */
  fingerprint: string;
  /** Discard an earlier journal in any case. Default: false. */
  fresh?: boolean | undefined;
}): Journal<Entry> {
  const target = resolveLinks(output);
  const path = join(dirname(target), `.${nameWithin(target)}.journal`);
  const finished = fresh ? undefined : readJournal<Entry>(path, fingerprint);
  // Written anew, because an earlier journal may end inside a line, which would spoil the next entry.
  rmSync(path, { force: true });
  const append = (line: unknown) => {
    try {
      appendFileSync(path, `${JSON.stringify(line, withAllNumbers)}\n`);
    } catch (error) {
      throw cannotWrite(path, error);
    }
  };
  let begun = false;
  const keep = (key: string, entry: Entry) => {
    if (!begun) append({ fingerprint });
    begun = true;
    append([key, entry]);
  };
  finished?.forEach((entry, key) => keep(key, entry));
  return { finished: finished ?? new Map(), keep, remove: () => rmSync(path, { force: true }) };
}

/**
 * A text that is the same as long as the settings and the files are. Functions among the settings, such as listeners, are
 * ignored.
 */
export async function fingerprintOf(
  settings: unknown,
  files: readonly (string | undefined)[],
): Promise<string> {
  const given = [...new Set(files.filter((path) => path !== undefined))];
  const identities = await Promise.all(given.map(async (path) => [path, await fileIdentity(path)]));
  return createHash('sha256')
    .update(JSON.stringify([settings, identities], withAllNumbers))
    .digest('hex');
}

function readJournal<Entry>(path: string, fingerprint: string): Map<string, Entry> | undefined {
  let lines: string[];
  try {
    lines = readFileSync(path, 'utf8').split('\n');
  } catch {
    return undefined; // there is none
  }
  const values: unknown[] = [];
  for (const line of lines) {
    try {
      values.push(JSON.parse(line, fromAllNumbers));
    } catch {
      break; // the run ended inside this line
    }
  }
  const [head, ...entries] = values;
  if ((head as { fingerprint?: unknown } | undefined)?.fingerprint !== fingerprint) return undefined;
  return new Map(entries as [string, Entry][]);
}

// JSON cannot represent these numbers: it writes null or 0.
function withAllNumbers(_key: string, value: unknown): unknown {
  const isSpecial = typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0));
  return isSpecial ? { $number: Object.is(value, -0) ? '-0' : String(value) } : value;
}

function fromAllNumbers(_key: string, value: unknown): unknown {
  const special = (value as { $number?: unknown } | null)?.$number;
  return typeof special === 'string' ? Number(special) : value;
}

import { Option } from 'commander';
import { parseCount } from './option-values.js';

/** `--threads`, of every command that can use more than one. */
export function threadsOption(byDefault = 'the available processors'): Option {
  return new Option('--threads <number>', `default: ${byDefault}`).argParser(parseCount(1));
}

/** `--quiet`, of every command that shows its progress. */
export function quietOption(): Option {
  return new Option('--quiet', 'no progress').default(false);
}

/** `--table`, of every command that prunes or compresses the tables of a checkpoint; `doing` says which it does. */
export function tableOption(doing: 'prune' | 'compress'): Option {
  return new Option(
    '--table <pattern>',
    `a table to ${doing}, * for any characters; may be repeated (default: the tables recognised by name)`,
  ).argParser((pattern: string, before: string[] | undefined) => [...(before ?? []), pattern]);
}

/** `--day-counts`, of every command that splits processed rows by days. */
export function dayCountsOption(): Option {
  return new Option(
    '--day-counts <file>',
    'npz with the rows of each day (default: a *_day_count.npz beside the rows that fits, else equal days)',
  );
}

/** `--fresh`, of every command that goes on where a run of it ended early. */
export function freshOption(): Option {
  return new Option(
    '--fresh',
    'start over, also where an earlier run with these settings ended early',
  ).default(false);
}

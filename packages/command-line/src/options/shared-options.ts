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

/** `--json`, of every command that prints results. */
export function jsonOption(): Option {
  return new Option('--json', 'print the results as one JSON document').default(false);
}

/** `--table`, of every command that prunes or compresses the tables of a checkpoint; `doing` says which it does. */
export function tableOption(doing: 'prune' | 'compress'): Option {
  return tablesOption(
    `a table to ${doing}, * for any characters; may be repeated (default: the tables recognised by name)`,
  );
}

/** `--table` with another description. */
export function tablesOption(description: string): Option {
  return new Option('--table <pattern>', description).argParser(
    (pattern: string, before: string[] | undefined) => [...(before ?? []), pattern],
  );
}

/** `--day-counts`, of every command that splits processed rows by days. */
export function dayCountsOption(): Option {
  return new Option(
    '--day-counts <file>',
    'npz with the rows of each day (default: a matching *_day_count.npz next to the rows, else equal days)',
  );
}

/** `--fresh`, of every command that continues an interrupted run. */
export function freshOption(): Option {
  return new Option(
    '--fresh',
    'start over instead of continuing an interrupted run with these settings',
  ).default(false);
}

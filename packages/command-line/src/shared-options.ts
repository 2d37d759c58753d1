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

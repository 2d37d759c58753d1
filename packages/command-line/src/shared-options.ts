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

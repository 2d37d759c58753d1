import { Option } from 'commander';
import { parseCount } from './option-values.js';

/** `--threads`, of every command that can use more than one. */
export function threadsOption(): Option {
  return new Option('--threads <number>', 'default: the available processors').argParser(parseCount(1));
}

/** `--quiet`, of every command that shows its progress. */
export function quietOption(): Option {
  return new Option('--quiet', 'no progress').default(false);
}

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Collects garbage now. V8 does so by itself only when its own heap grows; arrays outside it, such as the
 * gigabytes of ranks of a large model, may stay long after their last use and add up.
 */
export function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

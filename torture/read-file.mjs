// Reads one file in a separate process and reports time and memory: `node read-file.mjs <path>`, with --expose-gc.
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { readNpz } from '@ds/criteo-data/npz';
import { loadCheckpoint } from '@ds/tensor-files';

const [path] = process.argv.slice(2);
globalThis.gc();
const before = process.memoryUsage.rss();
const start = performance.now();
let outcome;
try {
  const tensors =
    path.endsWith('.npz') && process.env.AS_NPZ ? await readNpz(path) : await loadCheckpoint(path);
  outcome = { tensors: Object.keys(tensors).length };
} catch (error) {
  outcome = { error: String(error.message).slice(0, 400) };
}
const seconds = (performance.now() - start) / 1000;
const { user, system } = process.cpuUsage();
// Not from resourceUsage, whose peak starts with that of the parent process.
const peak = 1024 * Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))[1]);
const bytes = peak - before;
process.stdout.write(JSON.stringify({ ...outcome, seconds, cpu: (user + system) / 1e6, bytes }));

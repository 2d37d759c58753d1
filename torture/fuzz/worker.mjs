// Reads damaged files, one after another, and tells for each how that ended, a JSON line each:
// `node worker.mjs <seed> <first case> <cases> <folder for the files> [<folder for a sample>]`
// Every twentieth case of a format that Python reads goes to the sample, with what was found in it.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadCheckpoint } from '@ds/tensor-files';
import { damage } from './damage.mjs';
import { makeSeeds } from './seeds.mjs';

const [seed, first, count, folder, sample] = process.argv.slice(2);
const sampleEvery = 20;
const isKnownToPython = (name) => /\.(pt|pth|ckpt|safetensors|npz)$/.test(name);

/** Lets the kernel count the peak of the resident set anew, where it can (proc(5), clear_refs). */
function resetPeak() {
  try {
    writeFileSync('/proc/self/clear_refs', '5');
  } catch {
    // Peaks are then those of the whole process.
  }
}

/** The largest resident set since the peak was reset, in bytes; undefined where the system does not say. */
function peak() {
  try {
    return 1024 * Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'latin1'))[1]);
  } catch {
    return undefined;
  }
}

/** A case for Python, or with no number a file as it was before any damage. */
async function keepForPython(number, { name, extension }, bytes) {
  const file = number === undefined ? `whole-${name}` : `${number}${extension}`;
  const path = join(sample, file);
  writeFileSync(path, bytes);
  const found = await loadCheckpoint(path).then(
    (tensors) => ({
      tensors: Object.entries(tensors).map(([name, { data, shape }]) => {
        // Any NaN is the same.
        const values = data.map((value) => (Number.isNaN(value) ? NaN : value));
        const hash = createHash('sha256').update(
          new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
        );
        return { name, shape, sha256: hash.digest('hex') };
      }),
    }),
    (error) => ({ error: error.message }),
  );
  writeFileSync(join(sample, `${file}.json`), JSON.stringify({ file, whole: `whole-${name}`, ...found }));
}

const seeds = await makeSeeds(folder);
const values = [];
for (const [place, { bytes, extension, read }] of seeds.entries()) {
  const path = join(folder, `whole-${place}${extension}`);
  writeFileSync(path, bytes);
  values.push(await read(path));
  // Once is enough.
  if (sample && first === '0' && isKnownToPython(seeds[place].name)) {
    await keepForPython(undefined, seeds[place], bytes);
  }
}
for (let number = Number(first); number < Number(first) + Number(count); number++) {
  const { place, bytes } = damage({ seed: Number(seed), number, originals: seeds });
  const { name, extension, read, hasChecksums, bytes: original } = seeds[place];
  const path = join(folder, `case${extension}`);
  writeFileSync(path, bytes);
  resetPeak();
  const before = process.memoryUsage.rss();
  const start = process.cpuUsage();
  let outcome;
  try {
    const found = await read(path);
    outcome = bytes.equals(original) || found.equals(values[place]) ? 'equal' : 'different';
  } catch (error) {
    const message = String(error?.message ?? error);
    outcome = error instanceof Error && message.includes(path) ? 'error' : `fault: ${message.slice(0, 200)}`;
  }
  const { user, system } = process.cpuUsage(start);
  const memory = Math.max(0, (peak() ?? before) - before);
  const found = { number, name, outcome, seconds: (user + system) / 1e6, memory, size: bytes.length };
  process.stdout.write(`${JSON.stringify({ ...found, hasChecksums })}\n`);
  if (sample && number % sampleEvery === 0 && isKnownToPython(name))
    await keepForPython(number, seeds[place], bytes);
}

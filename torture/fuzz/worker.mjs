// Reads damaged files, one after another, and tells for each how that ended, a JSON line each:
// `node worker.mjs <seed> <first case> <cases> <folder for the files> <seed file>...`
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { readSparseModelMetadata } from '@ds/bench-models';
import { readNpz } from '@ds/criteo-data/npz';
import { loadCheckpoint } from '@ds/tensor-files';

const [seed, first, count, folder, ...seedFiles] = process.argv.slice(2);

/** Mulberry32, so that a case can be made again from its number. */
function randomOf(number) {
  let state = number >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

const changes = [
  (bytes, random) => void (bytes[random(bytes.length)] ^= 1 << random(8)),
  (bytes, random) => void (bytes[random(bytes.length)] = random(256)),
  (bytes, random) => void bytes.fill(random(2) * 255, random(bytes.length), random(bytes.length)),
  (bytes, random) => bytes.subarray(0, random(bytes.length)),
  (bytes, random) => Buffer.concat([bytes, Buffer.alloc(1 + random(64), random(256))]),
  (bytes, random) => {
    const [from, to] = [random(bytes.length), random(bytes.length)];
    return void bytes.copy(bytes, to, from, from + random(64));
  },
  (bytes, random) => {
    const at = random(bytes.length);
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random(16))]);
  },
  (bytes, random) => {
    if (bytes.length < 4) return undefined;
    const extremes = [0, 1, 0x7fffffff, 0x80000000, 0xffffffff, bytes.length];
    return void bytes.writeUInt32LE(extremes[random(extremes.length)] >>> 0, random(bytes.length - 3));
  },
];

async function read(path) {
  if (path.endsWith('.csv')) return Buffer.from(JSON.stringify(await readSparseModelMetadata(path)));
  const tensors = path.endsWith('.npz') ? await readNpz(path) : await loadCheckpoint(path);
  const parts = Object.entries(tensors).flatMap(([name, { data, shape }]) => [
    Buffer.from(JSON.stringify([name, shape])),
    Buffer.from(data.buffer, data.byteOffset, data.byteLength),
  ]);
  return Buffer.concat(parts);
}

const originals = seedFiles.map((path) => readFileSync(path));
const values = await Promise.all(seedFiles.map(read));
for (let number = Number(first); number < Number(first) + Number(count); number++) {
  const random = randomOf(Math.imul(Number(seed) + 1, 0x9e3779b1) + number);
  const place = random(seedFiles.length);
  let bytes = Buffer.from(originals[place]);
  for (let times = 1 + random(3); times > 0 && bytes.length > 0; times--) {
    bytes = changes[random(changes.length)](bytes, random) ?? bytes;
  }
  const path = join(folder, `case${extname(seedFiles[place])}`);
  writeFileSync(path, bytes);
  process.stdout.write(`${JSON.stringify({ number })}\n`); // so that one that never ends is known
  const start = performance.now();
  let outcome;
  try {
    const found = await read(path);
    outcome = bytes.equals(originals[place]) || found.equals(values[place]) ? 'equal' : 'different';
  } catch (error) {
    const message = String(error?.message ?? error);
    outcome = error instanceof Error && message.includes(path) ? 'error' : `fault: ${message.slice(0, 200)}`;
  }
  const seconds = (performance.now() - start) / 1000;
  process.stdout.write(`${JSON.stringify({ number, file: basename(seedFiles[place]), outcome, seconds })}\n`);
}

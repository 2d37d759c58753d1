import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { builtFile } from '../../../../test-support/src/built-file.js';
import type { EngineName } from '../../../src/index.js';

// What a plain `npm ci` brings; DLRM_REQUIRED_ENGINES (comma-separated) names what else a machine must have.
const bundled = ['onnx:cpu', 'tfjs:wasm', 'tfjs:cpu'];
const required = [...bundled, ...(process.env['DLRM_REQUIRED_ENGINES'] ?? '').split(',')];

const known = new Map<EngineName, string | undefined>();

/** Why an engine is absent here, or undefined where it is present. Fails where it must be present. */
export function whyAbsent(name: EngineName): string | undefined {
  if (bundled.includes(name)) return undefined;
  if (!known.has(name)) known.set(name, tryToLoad(name));
  return known.get(name);
}

function tryToLoad(name: EngineName): string | undefined {
  // In a process of its own: some drivers crash, and which tests there are must be known at once.
  const script = `require(process.argv[1]).Dlrm.create(
    { embeddingDim: 1, tableRows: [1], bottomMlp: [1, 1], topMlp: [2, 1] }, { seed: 1, engine: process.argv[2] }
  ).then(() => process.exit(0), (error) => { console.log(error.message); process.exit(1); });`;
  const library = builtFile(join(__dirname, '../../../dist/index.cjs'));
  const { status, stdout } = spawnSync(process.execPath, ['-e', script, library, name], { encoding: 'utf8' });
  if (status === 0) return undefined;
  const reason = stdout.trim() || `the process ended with ${status}`;
  if (required.includes(name)) throw new Error(`${name} is required (DLRM_REQUIRED_ENGINES): ${reason}`);
  return reason;
}

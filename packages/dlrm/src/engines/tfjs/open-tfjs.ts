import util from 'node:util';
import type * as TensorFlow from '@tensorflow/tfjs-core';
import type { Engine } from '../engine.js';
import { TfjsNetwork } from './network.js';

/** The ways to run TensorFlow.js in Node, fastest first. */
export const tfjsDevices = ['node-gpu', 'node', 'wasm', 'cpu'] as const;
export type TfjsDevice = (typeof tfjsDevices)[number];

const nativePackages = { 'node-gpu': '@tensorflow/tfjs-node-gpu', node: '@tensorflow/tfjs-node' } as const;

/** @throws the error of the device's package if it cannot be loaded. */
export async function openTfjs(device: TfjsDevice, reason: string): Promise<Engine> {
  const { tf, backend, library } = await load(device);
  return {
    description: { name: 'tfjs', device, library, reason },
    openNetwork: async (config, parameters) => new TfjsNetwork({ tf, backend, config, parameters }),
  };
}

interface LoadedTfjs {
  tf: typeof TensorFlow;
  /** The backend's name in tfjs. */
  backend: string;
  library: string;
}

async function load(device: TfjsDevice): Promise<LoadedTfjs> {
  return device === 'node' || device === 'node-gpu' ? loadNative(device) : loadBundled(device);
}

async function loadNative(device: 'node' | 'node-gpu'): Promise<LoadedTfjs> {
  restoreUtilChecks();
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2'; // or TensorFlow prints what its build could do better
  // Its namespace includes tfjs-core, from the same copy as its backend is registered with.
  const tf = unwrapped<typeof TensorFlow & { version: { 'tfjs-node': string } }>(
    device === 'node-gpu' ? await import('@tensorflow/tfjs-node-gpu') : await import('@tensorflow/tfjs-node'),
  );
  await start(tf, 'tensorflow');
  const native = tf.findBackend('tensorflow') as {
    isGPUPackage?: boolean;
    binding?: { TF_Version?: string };
  };
  if (native.isGPUPackage !== (device === 'node-gpu')) {
    throw new Error(
      'tfjs-node and tfjs-node-gpu cannot both be loaded in one process, and the other one is already loaded',
    );
  }
  const version = `${nativePackages[device]} ${tf.version['tfjs-node']}`;
  return { tf, backend: 'tensorflow', library: `${version} (TensorFlow ${native.binding?.TF_Version})` };
}

/** Whether TensorFlow computes on a GPU; the GPU package silently falls back to the CPU. */
export async function tfjsUsesGpu(): Promise<boolean> {
  const { tf } = await loadNative('node-gpu');
  return (tf.findBackend('tensorflow') as { isUsingGpuDevice?: boolean }).isUsingGpuDevice === true;
}

async function loadBundled(device: 'wasm' | 'cpu'): Promise<LoadedTfjs> {
  const tf = unwrapped<typeof TensorFlow>(await import('@tensorflow/tfjs-core'));
  if (device === 'wasm') await import('@tensorflow/tfjs-backend-wasm');
  else await import('@tensorflow/tfjs-backend-cpu');
  tf.enableProdMode(); // otherwise the cpu backend prints advice
  await start(tf, device);
  return { tf, backend: device, library: `@tensorflow/tfjs-backend-${device} ${tf.version_core}` };
}

/** Initialises a backend without changing the current one, which the program may use itself. */
async function start(tf: typeof TensorFlow, backend: string): Promise<void> {
  const before = tf.getBackend();
  if (!(await tf.setBackend(backend)))
    throw new Error(`the backend ${backend} of TensorFlow.js did not start`);
  if (before && before !== backend) await tf.setBackend(before);
}

/** A CommonJS module imported from ESM has its exports in `default`. */
function unwrapped<Module>(module: unknown): Module {
  const { default: exports } = module as { default?: Module };
  return exports ?? (module as Module);
}

/** tfjs-node 4.22 calls two functions of `util`: Node 23 removed one, and warns about the other. */
function restoreUtilChecks(): void {
  const checks = util as unknown as Record<string, unknown>;
  checks['isNullOrUndefined'] ??= (value: unknown) => value === null || value === undefined;
  checks['isArray'] = Array.isArray;
}

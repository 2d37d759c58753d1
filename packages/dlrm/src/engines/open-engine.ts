import { existsSync, readdirSync } from 'node:fs';
import { availableThreads } from '@ds/threads';
import type { Engine } from './engine.js';
import { onnxDevices, type OnnxDevice } from './onnx/devices.js';
import { openOnnx } from './onnx/open-onnx.js';
import { openTfjs, tfjsDevices, tfjsUsesGpu, type TfjsDevice } from './tfjs/open-tfjs.js';

/** An engine with its device, such as `onnx:cpu`. */
export type EngineName = `onnx:${OnnxDevice}` | `tfjs:${TfjsDevice}`;

/** The possible choices: an engine and a device, an engine with its best device, or the best of all. */
export type EngineChoice = 'auto' | 'onnx' | 'tfjs' | EngineName;

/** Every engine with its device, whether available on this machine or not. */
export const engineNames: readonly EngineName[] = [
  ...onnxDevices.map((device) => `onnx:${device}` as const),
  ...tfjsDevices.map((device) => `tfjs:${device}` as const),
];

/** Every choice that `openEngine` accepts. */
export const engineChoices: readonly EngineChoice[] = ['auto', 'onnx', 'tfjs', ...engineNames];

// The engines to try, in order. GPUs are tried only if the system has one, because each try loads a large library.
const withoutGpu: Record<'auto' | 'onnx' | 'tfjs', readonly EngineName[]> = {
  auto: ['onnx:cpu', 'tfjs:node', 'tfjs:wasm', 'tfjs:cpu'],
  onnx: ['onnx:cpu'],
  tfjs: ['tfjs:node', 'tfjs:node-gpu', 'tfjs:wasm', 'tfjs:cpu'],
};
const withGpu: typeof withoutGpu = {
  auto: ['onnx:cuda', 'tfjs:node-gpu', 'onnx:webgpu', ...withoutGpu.auto],
  onnx: ['onnx:cuda', 'onnx:webgpu', 'onnx:cpu'],
  tfjs: ['tfjs:node-gpu', 'tfjs:node', 'tfjs:wasm', 'tfjs:cpu'],
};

/**
 * Loads the requested engine. `auto` takes a GPU if there is one (CUDA, then WebGPU), otherwise onnxruntime-node,
 * otherwise TensorFlow.js; `onnx` and `tfjs` take their best device.
 *
 * @throws Error that says what to do next, if the requested engine, or any engine, cannot be loaded
 */
export async function openEngine(
  choice: EngineChoice = 'auto',
  options: {
    /** Threads for `onnx:cpu`; default: the available processors. */
    threads?: number;
  } = {},
): Promise<Engine> {
  if (choice !== 'auto' && choice !== 'onnx' && choice !== 'tfjs') {
    if (!engineNames.includes(choice)) {
      throw new Error(`unknown engine '${choice}': expected ${engineChoices.join(', ')}`);
    }
    try {
      return await openNamed(choice, 'requested', options);
    } catch (error) {
      throw new Error(`the engine ${choice} cannot be used: ${reasonOf(error)}; ${nextStep(choice)}`, {
        cause: error,
      });
    }
  }
  const gpu = systemHasGpu();
  const failures: string[] = [];
  for (const name of (gpu ? withGpu : withoutGpu)[choice]) {
    try {
      if (name === 'tfjs:node-gpu' && gpu && !(await tfjsUsesGpu())) {
        throw new Error('TensorFlow found no GPU that it can use');
      }
      const preferred = gpu ? 'the first that works here' : 'no GPU found';
      return await openNamed(name, [preferred, ...failures].join('; '), options);
    } catch (error) {
      failures.push(`${name} cannot be used: ${reasonOf(error)}`);
    }
  }
  throw new Error(`no engine can be loaded: ${failures.join('; ')}`);
}

function openNamed(
  name: EngineName,
  reason: string,
  { threads = availableThreads() }: { threads?: number },
): Promise<Engine> {
  const [library, device] = name.split(':') as ['onnx', OnnxDevice] | ['tfjs', TfjsDevice];
  return library === 'onnx' ? openOnnx(device, reason, { threads }) : openTfjs(device, reason);
}

/** Whether the system has a graphics device; macOS and Windows always have one for WebGPU. */
function systemHasGpu(): boolean {
  if (process.platform === 'darwin' || process.platform === 'win32') return true;
  if (existsSync('/dev/nvidia0') || existsSync('/dev/dxg')) return true;
  return existsSync('/dev/dri') && readdirSync('/dev/dri').some((device) => device.startsWith('renderD'));
}

function nextStep(name: EngineName): string {
  switch (name) {
    case 'onnx:cpu':
      return 'install it with `npm install onnxruntime-node --onnxruntime-node-install=skip`, or use the engine tfjs';
    case 'onnx:webgpu':
      return "it needs a GPU and, on Linux, the Vulkan loader (libvulkan1) and the GPU vendor's Vulkan driver";
    case 'onnx:cuda':
      return 'it needs an NVIDIA GPU, CUDA 12 with cuDNN 9, and the CUDA libraries of onnxruntime-node (its install script downloads them)';
    case 'tfjs:node':
    case 'tfjs:node-gpu':
      return `install @tensorflow/tfjs-${name.slice(5)} with its native library, or use the engine onnx`;
    default:
      return 'reinstall @ds/dlrm, which depends on it';
  }
}

function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text
    .split('\n')[0]!
    .replace(/^\/onnxruntime_src.* was false\. /, '')
    .trim();
}

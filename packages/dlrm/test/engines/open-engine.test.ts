import { engineNames, type DlrmConfig, type EngineChoice, type EngineName } from '../../src/index.js';

// The packages that a machine may lack; which of them this one lacks each test says.
const mockAbsent = new Set<string>();
const mockUnlessAbsent = (name: string): unknown => {
  if (mockAbsent.has(name)) throw new Error(`Cannot find package '${name}'\nRequire stack: ...`);
  return jest.requireActual(name);
};
jest.mock('onnxruntime-node', () => mockUnlessAbsent('onnxruntime-node'));
jest.mock('@tensorflow/tfjs-node', () => mockUnlessAbsent('@tensorflow/tfjs-node'));
jest.mock('@tensorflow/tfjs-node-gpu', () => mockUnlessAbsent('@tensorflow/tfjs-node-gpu'));
jest.mock('@tensorflow/tfjs-backend-wasm', () => mockUnlessAbsent('@tensorflow/tfjs-backend-wasm'));
jest.mock('@tensorflow/tfjs-backend-cpu', () => mockUnlessAbsent('@tensorflow/tfjs-backend-cpu'));

const native = ['@tensorflow/tfjs-node', '@tensorflow/tfjs-node-gpu'];
const bundled = ['@tensorflow/tfjs-backend-wasm', '@tensorflow/tfjs-backend-cpu'];
const tiny: DlrmConfig = { embeddingDim: 1, tableRows: [1], bottomMlp: [1, 1], topMlp: [2, 1] };

async function descriptionOf(engine: EngineChoice, absent: string[]) {
  mockAbsent.clear();
  absent.forEach((name) => mockAbsent.add(name));
  jest.resetModules(); // what an earlier test loaded would be found again
  const { Dlrm } = await import('../../src/index.js');
  const model = await Dlrm.create(tiny, { seed: 1, engine });
  await model.dispose();
  return model.engine;
}

test.each<[EngineName, string, string]>([
  [
    'onnx:cpu',
    'onnxruntime-node',
    'install it with `npm install onnxruntime-node --onnxruntime-node-install=skip`',
  ],
  [
    'onnx:webgpu',
    'onnxruntime-node',
    "it needs a GPU and, on Linux, the Vulkan loader (libvulkan1) and the GPU vendor's Vulkan driver",
  ],
  [
    'onnx:cuda',
    'onnxruntime-node',
    'it needs an NVIDIA GPU, CUDA 12 with cuDNN 9, and the CUDA libraries of onnxruntime-node (its install script downloads them)',
  ],
  [
    'tfjs:node',
    '@tensorflow/tfjs-node',
    'install @tensorflow/tfjs-node with its native library, or use the engine onnx',
  ],
  [
    'tfjs:node-gpu',
    '@tensorflow/tfjs-node-gpu',
    'install @tensorflow/tfjs-node-gpu with its native library, or use the engine onnx',
  ],
  ['tfjs:wasm', '@tensorflow/tfjs-backend-wasm', 'reinstall @ds/dlrm, which depends on it'],
  ['tfjs:cpu', '@tensorflow/tfjs-backend-cpu', 'reinstall @ds/dlrm, which depends on it'],
])('%s is an error with the next step where %s cannot be loaded', async (engine, name, nextStep) => {
  await expect(descriptionOf(engine, [name])).rejects.toThrow(
    `the engine ${engine} cannot be used: Cannot find package '${name}'; ${nextStep}`,
  );
});

test('the names are those that can be asked for', async () => {
  expect(engineNames).toHaveLength(7);
  await expect(descriptionOf('tfjs:gpu' as EngineName, [])).rejects.toThrow(
    "unknown engine 'tfjs:gpu': expected auto, onnx, tfjs, onnx:cpu, onnx:webgpu, onnx:cuda, tfjs:node-gpu, tfjs:node, tfjs:wasm, tfjs:cpu",
  );
});

test('auto takes TensorFlow.js without onnxruntime-node, and says why', async () => {
  const { name, device, library, reason } = await descriptionOf('auto', ['onnxruntime-node', ...native]);
  expect(`${name}:${device}`).toBe('tfjs:wasm');
  expect(library).toMatch(/^@tensorflow\/tfjs-backend-wasm 4\.\d+\.\d+$/);
  expect(reason).toContain("onnx:cpu cannot be used: Cannot find package 'onnxruntime-node'");
  expect(reason).toContain("tfjs:node cannot be used: Cannot find package '@tensorflow/tfjs-node'");
});

test('tfjs takes its best device that works, down to plain JavaScript, and says why', async () => {
  const { name, device, reason } = await descriptionOf('tfjs', [...native, bundled[0]!]);
  expect(`${name}:${device}`).toBe('tfjs:cpu');
  for (const absent of ['node-gpu', 'node', 'wasm'])
    expect(reason).toContain(`tfjs:${absent} cannot be used: `);
});

test.each<[EngineChoice, string[]]>([
  ['onnx', ['onnxruntime-node']],
  ['tfjs', [...native, ...bundled]],
  ['auto', ['onnxruntime-node', ...native, ...bundled]],
])('%s is an error that names each engine where none can be loaded', async (engine, absent) => {
  const message = /^no engine can be loaded: (?:(?:onnx|tfjs):[a-z-]+ cannot be used: [^;]+(?:; |$))+$/;
  await expect(descriptionOf(engine, absent)).rejects.toThrow(message);
});

test('onnx takes nothing but onnxruntime-node', async () => {
  const { name, reason } = await descriptionOf('onnx', []);
  expect(name).toBe('onnx');
  expect(reason).toMatch(/^no GPU found$|^the first that works here/);
});

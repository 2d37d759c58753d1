import type { Engine } from '../engine.js';
import type { OnnxDevice } from './devices.js';
import { isPlainDot } from '../../models/dlrm/interactions/interactions.js';
import { CpuNetwork } from './cpu/cpu-network.js';
import { OnnxGraph } from './graph/graph.js';
import { encodeModel } from './graph/model-format.js';
import { loadOnnxRuntime } from './load-onnxruntime.js';
import { OnnxNetwork } from './network.js';

/** @throws the error of onnxruntime-node if it, or the device, is missing. */
export async function openOnnx(
  device: OnnxDevice,
  reason: string,
  { threads }: { threads: number },
): Promise<Engine> {
  const ort = await loadOnnxRuntime();
  const options = {
    executionProviders: [device],
    // The library's default is all cores, but on a shared machine we may not have all of them.
    intraOpNumThreads: threads,
    logSeverityLevel: 3,
  } as const;
  // Only creating a session shows whether the device is available.
  if (device !== 'cpu') await (await ort.InferenceSession.create(smallestModel(), options)).release();
  return {
    description: { name: 'onnx', device, library: `onnxruntime-node ${ort.env.versions.node}`, reason },
    openNetwork: async (config, parameters) =>
      device === 'cpu' && isPlainDot(config) // all that its kernel computes
        ? new CpuNetwork({ ort, config, parameters, options, threads })
        : new OnnxNetwork({ ort, config, parameters, options }),
  };
}

function smallestModel(): Uint8Array {
  const graph = new OnnxGraph('smallest');
  graph.output('y', graph.relu(graph.input('x', 'float32', [1])), [1]);
  return encodeModel(graph.toGraphProto());
}

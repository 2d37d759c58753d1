import { basename } from 'node:path';
import { appendTo, writeWhole } from '@ds/files';
import type { Tensor } from '@ds/tensor-files';
import type { Dlrm } from '../../../models/dlrm/dlrm.js';
import { inferenceGraph } from './dlrm-graphs.js';
import { encodeModel, type TensorProto } from './model-format.js';

// onnxruntime maps external data into memory only if it starts on a page boundary.
const alignment = 4096;

/**
 * Writes the model as an ONNX file for inference (operator set 17): inputs `dense` (n, dense features) float32
 * and `ids` (n, tables) int32, output `probabilities` (n, 1) float32. A model of more than
 * `externalDataAbove` bytes keeps its values in `<output>.data` next to it, because an ONNX file is limited to 2 GiB.
 *
 * @returns the paths of the files written
 * @throws Error naming the file that cannot be written, or a layer that has a hook
 */
export async function exportOnnx({
  model,
  output,
  externalDataAbove = 2 ** 30,
}: {
  model: Dlrm;
  /** Path of the ONNX file. */
  output: string;
  /** Values of more bytes than this go to a separate file; default 1 GiB. */
  externalDataAbove?: number;
}): Promise<string[]> {
  const [hooked] = model.hookedLayers;
  if (hooked !== undefined) {
    throw new Error(`an ONNX file cannot contain hooks, but layer "${hooked}" has one; remove it first`);
  }
  const stateDict = model.stateDict();
  const tensors = Object.entries(stateDict);
  const byteLength = tensors.reduce((sum, [, { data }]) => sum + data.byteLength, 0);
  if (byteLength <= externalDataAbove) {
    const graph = inferenceGraph(model.config, (graph, name, shape) =>
      graph.initializer(name, shape, stateDict[name]!.data),
    );
    await writeBytes(output, encodeModel(graph.toGraphProto()));
    return [output];
  }
  const dataPath = `${output}.data`;
  const places = placesOf(tensors, basename(dataPath));
  await writeWhole(dataPath, async (file) => {
    const append = appendTo(file);
    let position = 0;
    for (const [name, { data }] of tensors) {
      const { offset, length } = places.get(name)!;
      await append(new Uint8Array(offset - position));
      await append(new Uint8Array(data.buffer, data.byteOffset, length));
      position = offset + length;
    }
  });
  const graph = inferenceGraph(model.config, (graph, name, shape) =>
    graph.initializer(name, shape, places.get(name)!.external),
  );
  await writeBytes(output, encodeModel(graph.toGraphProto()));
  return [output, dataPath];
}

/** The position of each tensor in the data file, in ONNX's form (onnx.proto, TensorProto.external_data). */
function placesOf(
  tensors: readonly (readonly [string, Tensor])[],
  location: string,
): Map<string, { offset: number; length: number; external: TensorProto['externalData'] }> {
  const places = new Map();
  let end = 0;
  for (const [name, { data }] of tensors) {
    const offset = Math.ceil(end / alignment) * alignment;
    const length = data.byteLength;
    const external = Object.entries({ location, offset, length }).map(([key, value]) => ({
      key,
      value: String(value),
    }));
    places.set(name, { offset, length, external });
    end = offset + length;
  }
  return places;
}

async function writeBytes(path: string, bytes: Uint8Array): Promise<void> {
  await writeWhole(path, (file) => appendTo(file)(bytes));
}

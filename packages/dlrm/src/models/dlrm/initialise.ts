import type { RandomStream } from '@ds/criteo-data';
import { sizeOf, type StateDict, type Tensor } from '@ds/tensor-files';
import { denseLayers, tableName, type DlrmConfig } from './config.js';
import { keptFeaturesName, keptFeaturesTensor } from './hooks/kept-features.js';

/**
 * The initial parameters of a model, drawn from the distributions of facebookresearch/dlrm (`dlrm_s_pytorch.py`,
 * create_mlp and create_emb): a layer's weight from N(0, sqrt(2 / (inputs + outputs))), its bias from
 * N(0, sqrt(1 / outputs)), a table from U(-sqrt(1 / rows), sqrt(1 / rows)). The numbers differ from NumPy's.
 */
export function initialStateDict(config: DlrmConfig, random: RandomStream): StateDict {
  const { bottom, top } = denseLayers(config);
  const stateDict: StateDict = {};
  config.tableRows.forEach((rows, table) => {
    const bound = Math.sqrt(1 / rows);
    stateDict[tableName(table)] = filled([rows, config.embeddingDim], () => random.uniform(-bound, bound));
  });
  for (const { weight, bias, inputs, outputs } of [...bottom, ...top]) {
    const weightDeviation = Math.sqrt(2 / (inputs + outputs));
    const biasDeviation = Math.sqrt(1 / outputs);
    stateDict[weight] = filled([outputs, inputs], () => weightDeviation * random.nextNormal());
    stateDict[bias] = filled([outputs], () => biasDeviation * random.nextNormal());
  }
  if (config.keptFeatures) stateDict[keptFeaturesName] = keptFeaturesTensor(config.keptFeatures);
  return stateDict;
}

function filled(shape: number[], next: () => number): Tensor {
  const data = new Float32Array(sizeOf(shape));
  for (let i = 0; i < data.length; i++) data[i] = next();
  return { data, shape };
}

import type { Module } from '../../network/module.js';
import { denseLayers, vectorSizes, type DlrmConfig, type LayerNames } from './config.js';
import { interactionOf } from './interactions/interactions.js';

/**
 * The network from dense features and embedding rows to click probabilities (n, 1), as a list of parts (Naumov et al.
 * 2019, https://arxiv.org/abs/1906.00091; `DLRM_Net.sequential_forward` in facebookresearch/dlrm): the bottom MLP, the
 * interaction, the top MLP. Their names are those of PyTorch's modules, `bot_l.0`, `bot_l.1` (the ReLU after it) and so
 * on; the interaction, which is a function in PyTorch, is called `interaction`.
 */
export function modulesOf(config: DlrmConfig): Module[] {
  const { bottom, top } = denseLayers(config);
  return [
    ...bottom.flatMap((layer) => [linear(layer), activation('relu', layer)]),
    interaction(config),
    ...top.flatMap((layer, index) => [
      linear(layer),
      activation(index === top.length - 1 ? 'sigmoid' : 'relu', layer),
    ]),
  ];
}

function linear({ name, weight, bias, inputs }: LayerNames): Module {
  return {
    name,
    inputs,
    needsRows: false,
    forward: (ops, value, { parameters }) => ops.linear(value, parameters[weight]!, parameters[bias]!),
  };
}

function activation(kind: 'relu' | 'sigmoid', { activationName, outputs }: LayerNames): Module {
  return {
    name: activationName,
    inputs: outputs,
    needsRows: false,
    forward: (ops, value) => ops[kind](value),
  };
}

function interaction(config: DlrmConfig): Module {
  return {
    name: 'interaction',
    inputs: config.embeddingDim,
    needsRows: true,
    forward: (ops, value, { rows }) => interactionOf(config).forward(ops, value, rows, vectorSizes(config)),
  };
}

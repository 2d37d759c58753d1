import { denseLayers, tableName, type DlrmConfig, type LayerNames } from '../../../models/dlrm/config.js';
import { backward, logitRowGradients, parameterGradient, updatedLayer } from '../../../network/backward.js';
import {
  bottomMlp,
  forward,
  interact,
  meanLoss,
  topFromSecond,
  topMlp,
  type DenseParameters,
  type Layer,
} from '../../../network/forward.js';
import { needsRows, segment, type LayerPlace } from '../../../network/segment.js';
import { OnnxGraph, type ValueName } from './graph.js';

/** Where the forward pass begins: at the dense features, or behind the bottom MLP, whose output is given. */
export type ForwardStart = 'dense' | 'bottomOutput';

/** Inputs `dense` or `bottom_output`, `embeddings` and the parameters; output `probabilities` (n, 1). */
export function forwardGraph(config: DlrmConfig, start: ForwardStart): OnnxGraph {
  const graph = new OnnxGraph('dlrm_forward');
  const layers = parameters(config, asInputs(graph));
  const { features } = interact(graph, config, bottomOutput(graph, config, layers, start), [
    embeddings(graph, config),
  ]);
  graph.output('probabilities', topMlp(graph, layers, features).probabilities, ['batch', 1]);
  return graph;
}

/** The first half of the forward graph: output `features` (n, topMlp[0]). */
export function featuresGraph(config: DlrmConfig): OnnxGraph {
  const graph = new OnnxGraph('dlrm_features');
  const layers = parameters(config, asInputs(graph));
  const { features } = interact(graph, config, bottomOutput(graph, config, layers, 'dense'), [
    embeddings(graph, config),
  ]);
  graph.output('features', features, ['batch', config.topMlp[0]!]);
  return graph;
}

/** The bottom MLP: input `dense`, output `bottom_output` (n, dim). */
export function bottomGraph(config: DlrmConfig): OnnxGraph {
  const graph = new OnnxGraph('dlrm_bottom');
  const layers = parameters(config, asInputs(graph));
  const output = bottomMlp(graph, layers, denseInput(graph, config)).at(-1)!;
  graph.output('bottom_output', output, ['batch', config.embeddingDim]);
  return graph;
}

/**
 * The top MLP: input `features` (n, width), output `probabilities` (n, 1). The width is that of the first layer's
 * weight as it is given, so that one session serves features of which some are left out.
 */
export function topGraph(config: DlrmConfig): OnnxGraph {
  const graph = new OnnxGraph('dlrm_top');
  const firstWeight = denseLayers(config).top[0]!.weight;
  const layers = parameters(config, (name, shape) =>
    graph.input(name, 'float32', name === firstWeight ? [shape[0]!, 'width'] : shape),
  );
  const { probabilities } = topMlp(graph, layers, graph.input('features', 'float32', ['batch', 'width']));
  graph.output('probabilities', probabilities, ['batch', 1]);
  return graph;
}

/** The second half: input `after_first` (n, topMlp[1]), what the first top layer gives before its activation. */
export function topFromSecondGraph(config: DlrmConfig): OnnxGraph {
  const graph = new OnnxGraph('dlrm_top_from_second');
  const afterFirst = graph.input('after_first', 'float32', ['batch', config.topMlp[1]!]);
  const { probabilities } = topFromSecond(graph, parameters(config, asInputs(graph)), afterFirst);
  graph.output('probabilities', probabilities, ['batch', 1]);
  return graph;
}

/**
 * A segment of the forward graph: inputs `entering` (n, inputs of `from`) and, where it leads through the
 * interaction, `embeddings`; output `result`, (n, inputs of `to`) or the probabilities (n, 1).
 */
export function segmentGraph(config: DlrmConfig, from: LayerPlace, to: LayerPlace | undefined): OnnxGraph {
  const graph = new OnnxGraph('dlrm_segment');
  const names = denseLayers(config);
  const result = segment(graph, config, parameters(config, asInputs(graph)), {
    from,
    value: graph.input('entering', 'float32', ['batch', names[from.mlp][from.layer]!.inputs]),
    rows: needsRows(from, to) ? [embeddings(graph, config)] : [],
    to,
  });
  graph.output('result', result, ['batch', to ? names[to.mlp][to.layer]!.inputs : 1]);
  return graph;
}

/**
 * The inputs of the forward graph, `labels` (n, 1) and `scale` (1); outputs `loss`, `rows` (n, tables, dim)
 * and for each parameter `new:<name>`: its gradient times `scale`, or with `update` the parameter less that.
 */
export function gradientGraph(config: DlrmConfig, { update }: { update: boolean }): OnnxGraph {
  const graph = new OnnxGraph(update ? 'dlrm_train_step' : 'dlrm_gradients');
  const layers = parameters(config, asInputs(graph));
  const labels = graph.input('labels', 'float32', ['batch', 1]);
  const scale = graph.input('scale', 'float32', [1]);
  const activations = forward(graph, config, layers, {
    dense: denseInput(graph, config),
    rows: [embeddings(graph, config)],
  });
  const gradients = backward(graph, config, layers, activations, { labels, scale });

  graph.output('loss', meanLoss(graph, activations.probabilities, labels), []);
  graph.output('rows', gradients.rows, ['batch', config.tableRows.length, config.embeddingDim]);
  const names = denseLayers(config);
  for (const mlp of ['bottom', 'top'] as const) {
    names[mlp].forEach(({ weight, bias, inputs, outputs }, index) => {
      const gradient = gradients[mlp][index]!;
      const output = update
        ? updatedLayer(graph, layers[mlp][index]!, gradient)
        : parameterGradient(graph, gradient);
      graph.output(`new:${weight}`, output.weight, [outputs, inputs]);
      graph.output(`new:${bias}`, output.bias, [outputs]);
    });
  }
  return graph;
}

/** The inputs of the forward graph; outputs `probabilities` (n, 1) and `rows` (n, tables, dim), as `logitRowGradients`. */
export function rowGradientGraph(config: DlrmConfig): OnnxGraph {
  const graph = new OnnxGraph('dlrm_row_gradients');
  const layers = parameters(config, asInputs(graph));
  const activations = forward(graph, config, layers, {
    dense: denseInput(graph, config),
    rows: [embeddings(graph, config)],
  });
  graph.output('probabilities', activations.probabilities, ['batch', 1]);
  const rows = logitRowGradients(graph, config, layers, activations);
  graph.output('rows', rows, ['batch', config.tableRows.length, config.embeddingDim]);
  return graph;
}

/**
 * The forward graph as a file of its own, with tables and parameters inside: inputs `dense` (n, features)
 * and `ids` (n, tables) int32, output `probabilities` (n, 1).
 */
export function inferenceGraph(
  config: DlrmConfig,
  initializer: (graph: OnnxGraph, name: string, shape: readonly number[]) => ValueName,
): OnnxGraph {
  const graph = new OnnxGraph('dlrm');
  const declare: Declare = (name, shape) => initializer(graph, name, shape);
  const dense = denseInput(graph, config);
  const { probabilities } = forward(graph, config, parameters(config, declare), {
    dense,
    rows: gatheredRows(graph, config, declare),
  });
  graph.output('probabilities', probabilities, ['batch', 1]);
  return graph;
}

type Declare = (name: string, shape: readonly number[]) => ValueName;

function asInputs(graph: OnnxGraph): Declare {
  return (name, shape) => graph.input(name, 'float32', shape);
}

function denseInput(graph: OnnxGraph, config: DlrmConfig): ValueName {
  return graph.input('dense', 'float32', ['batch', config.bottomMlp[0]!]);
}

/** The rows of the tables, (n, tables, dim). */
function embeddings(graph: OnnxGraph, { tableRows, embeddingDim }: DlrmConfig): ValueName {
  return graph.input('embeddings', 'float32', ['batch', tableRows.length, embeddingDim]);
}

function bottomOutput(
  graph: OnnxGraph,
  config: DlrmConfig,
  layers: DenseParameters<ValueName>,
  start: ForwardStart,
): ValueName {
  return start === 'dense'
    ? bottomMlp(graph, layers, denseInput(graph, config)).at(-1)!
    : graph.input('bottom_output', 'float32', ['batch', config.embeddingDim]);
}

function gatheredRows(graph: OnnxGraph, config: DlrmConfig, declare: Declare): ValueName[] {
  const { tableRows, embeddingDim } = config;
  const ids = graph.splitColumns(graph.input('ids', 'int32', ['batch', tableRows.length]), tableRows.length);
  return tableRows.map((rows, table) =>
    graph.gatherRows(declare(tableName(table), [rows, embeddingDim]), ids[table]!),
  );
}

function parameters(config: DlrmConfig, declare: Declare): DenseParameters<ValueName> {
  const layer = ({ weight, bias, inputs, outputs }: LayerNames): Layer<ValueName> => ({
    weight: declare(weight, [outputs, inputs]),
    bias: declare(bias, [outputs]),
  });
  const { bottom, top } = denseLayers(config);
  return { bottom: bottom.map(layer), top: top.map(layer) };
}

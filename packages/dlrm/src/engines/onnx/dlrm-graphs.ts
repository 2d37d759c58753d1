import { denseLayers, tableName, type DlrmConfig, type LayerNames } from '../../config.js';
import { backward, parameterGradient, updatedLayer } from '../../network/backward.js';
import { forward, meanLoss, type DenseParameters, type Layer } from '../../network/forward.js';
import { OnnxGraph, type ValueName } from './graph.js';

/** Where the embedding rows come from: `graph` gathers them from the tables, `host` gives them as an input. */
export type GatherPlace = 'graph' | 'host';

/** Inputs `dense`, the embeddings and the parameters; output `probabilities` (n, 1). */
export function forwardGraph(config: DlrmConfig, gather: GatherPlace): OnnxGraph {
  const graph = new OnnxGraph('dlrm_forward');
  const { probabilities } = forward(graph, config, parameterInputs(graph, config), {
    dense: denseInput(graph, config),
    rows: rowInputs(graph, config, gather),
  });
  graph.output('probabilities', probabilities, ['batch', 1]);
  return graph;
}

/**
 * The inputs of the forward graph, `labels` (n, 1) and `scale` (1); outputs `loss`, `rows` (n, tables, dim)
 * and for each parameter `new:<name>`: its gradient times `scale`, or with `update` the parameter less that.
 */
export function gradientGraph(
  config: DlrmConfig,
  gather: GatherPlace,
  { update }: { update: boolean },
): OnnxGraph {
  const graph = new OnnxGraph(update ? 'dlrm_train_step' : 'dlrm_gradients');
  const parameters = parameterInputs(graph, config);
  const labels = graph.input('labels', 'float32', ['batch', 1]);
  const scale = graph.input('scale', 'float32', [1]);
  const activations = forward(graph, config, parameters, {
    dense: denseInput(graph, config),
    rows: rowInputs(graph, config, gather),
  });
  const gradients = backward(graph, config, parameters, activations, { labels, scale });

  graph.output('loss', meanLoss(graph, activations.probabilities, labels), []);
  graph.output('rows', gradients.rows, ['batch', config.tableRows.length, config.embeddingDim]);
  const names = denseLayers(config);
  for (const mlp of ['bottom', 'top'] as const) {
    names[mlp].forEach(({ weight, bias, inputs, outputs }, index) => {
      const gradient = gradients[mlp][index]!;
      const output = update
        ? updatedLayer(graph, parameters[mlp][index]!, gradient)
        : parameterGradient(graph, gradient);
      graph.output(`new:${weight}`, output.weight, [outputs, inputs]);
      graph.output(`new:${bias}`, output.bias, [outputs]);
    });
  }
  return graph;
}

function denseInput(graph: OnnxGraph, config: DlrmConfig): ValueName {
  return graph.input('dense', 'float32', ['batch', config.bottomMlp[0]!]);
}

function rowInputs(graph: OnnxGraph, config: DlrmConfig, gather: GatherPlace): ValueName[] {
  const { tableRows, embeddingDim } = config;
  if (gather === 'host') {
    return [graph.input('embeddings', 'float32', ['batch', tableRows.length, embeddingDim])];
  }
  const ids = graph.splitColumns(graph.input('ids', 'int32', ['batch', tableRows.length]), tableRows.length);
  return tableRows.map((rows, table) =>
    graph.gatherRows(graph.input(tableName(table), 'float32', [rows, embeddingDim]), ids[table]!),
  );
}

function parameterInputs(graph: OnnxGraph, config: DlrmConfig): DenseParameters<ValueName> {
  const layer = ({ weight, bias, inputs, outputs }: LayerNames): Layer<ValueName> => ({
    weight: graph.input(weight, 'float32', [outputs, inputs]),
    bias: graph.input(bias, 'float32', [outputs]),
  });
  const { bottom, top } = denseLayers(config);
  return { bottom: bottom.map(layer), top: top.map(layer) };
}

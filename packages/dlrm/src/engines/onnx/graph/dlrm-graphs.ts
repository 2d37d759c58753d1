import { denseLayers, stateDictShapes, tableName, type DlrmConfig } from '../../../models/dlrm/config.js';
import { modulesOf } from '../../../models/dlrm/modules.js';
import { adagradStep } from '../../../network/adagrad.js';
import { logitGradients, lossGradients, type NetworkInputs } from '../../../network/derivatives.js';
import { forward, modulesBetween, type Section } from '../../../network/module.js';
import { OnnxGraph, type Axis, type ValueName } from './graph.js';

/**
 * The forward pass, or a section of it. Inputs: `input` (n, inputs of the first module), `embeddings` if the section
 * includes the interaction, and the parameters unless they are `constants`. Output: `result`, the input of the module `to`, or the probabilities
 * (n, 1).
 *
 * @throws Error naming a module that the network does not have, or one that comes too early
 */
export function forwardGraph(
  config: DlrmConfig,
  {
    anyWidth = false,
    constants,
    ...section
  }: Section & {
    /**
     * Leaves the input width open: it is that of the first layer's weight as given, so that one session also serves inputs
     * without some of the features.
     */
    anyWidth?: boolean;
    /** The values of the parameters, which the graph then contains. Default: they are inputs. */
    constants?: Readonly<Record<string, Float32Array>> | undefined;
  } = {},
): OnnxGraph {
  const graph = new OnnxGraph('dlrm_forward');
  const all = modulesOf(config);
  const modules = modulesBetween(all, section);
  const firstWeight = `${modules[0]!.name}.weight`;
  const layers = parameters(config, (name, shape) => {
    if (!constants)
      return graph.input(name, 'float32', anyWidth && name === firstWeight ? [shape[0]!, 'width'] : shape);
    return modules.some((module) => name.startsWith(`${module.name}.`))
      ? graph.initializer(name, shape, constants[name]!)
      : name;
  });
  const input = graph.input('input', 'float32', ['batch', anyWidth ? 'width' : modules[0]!.inputs]);
  const result = forward(graph, modules, input, {
    parameters: layers,
    rows: modules.some(({ needsRows }) => needsRows) ? [embeddings(graph, config).value] : [],
  });
  const next = all.find(({ name }) => name === section.to);
  graph.output('result', result, ['batch', next ? next.inputs : 1]);
  return graph;
}

/**
 * Inputs `dense` (n, dense features), `embeddings` (n, tables, dim), the parameters, `labels` (n, 1) and `scale` (1);
 * outputs `loss`, `rows` (n, tables, dim) and for each parameter `new:<name>`: its gradient times `scale`, or with
 * `update` the parameter minus that.
 */
export function gradientGraph(config: DlrmConfig, { update }: { update: boolean }): OnnxGraph {
  const graph = new OnnxGraph(update ? 'dlrm_train_step' : 'dlrm_gradients');
  const inputs = networkInputs(graph, config);
  const labels = graph.input('labels', 'float32', ['batch', 1]);
  const scale = graph.input('scale', 'float32', [1]);
  const gradients = lossGradients(graph, modulesOf(config), inputs, { labels, scale });
  graph.output('loss', gradients.loss, []);
  graph.output('rows', gradients.rows, ['batch', config.tableRows.length, config.embeddingDim]);
  for (const [name, { value, shape }] of Object.entries(inputs.parameters)) {
    const gradient = gradients.parameters[name]!;
    graph.output(`new:${name}`, update ? gradient.subtractedFrom(value) : gradient.value(), shape);
  }
  return graph;
}

/**
 * A step of Adagrad: inputs as for `gradientGraph`, with `scale` 1 / n, and `rate` (1) and for each parameter its accumulator,
 * `sum:<name>`; outputs `loss`, `rows`, and for each parameter `new:<name>` and `new-sum:<name>`.
 */
export function adagradGraph(config: DlrmConfig): OnnxGraph {
  const graph = new OnnxGraph('dlrm_adagrad_step');
  const inputs = networkInputs(graph, config);
  const labels = graph.input('labels', 'float32', ['batch', 1]);
  const scale = graph.input('scale', 'float32', [1]);
  const learningRate = graph.input('rate', 'float32', [1]);
  const gradients = lossGradients(graph, modulesOf(config), inputs, { labels, scale });
  graph.output('loss', gradients.loss, []);
  graph.output('rows', gradients.rows, ['batch', config.tableRows.length, config.embeddingDim]);
  for (const [name, { value: parameter, shape }] of Object.entries(inputs.parameters)) {
    const sum = graph.input(`sum:${name}`, 'float32', shape);
    const gradient = gradients.parameters[name]!.value();
    const after = adagradStep(graph, { parameter, sum, gradient, learningRate });
    graph.output(`new:${name}`, after.parameter, shape);
    graph.output(`new-sum:${name}`, after.sum, shape);
  }
  return graph;
}

/** Inputs `dense`, `embeddings` and the parameters; outputs `probabilities` (n, 1) and `rows` (n, tables, dim), as in `logitGradients`. */
export function rowGradientGraph(config: DlrmConfig): OnnxGraph {
  const graph = new OnnxGraph('dlrm_row_gradients');
  const { dense, ...inputs } = networkInputs(graph, config);
  const { probabilities, gradients } = logitGradients(
    graph,
    modulesOf(config),
    { ...inputs, input: dense },
    { of: 'rows' },
  );
  graph.output('probabilities', probabilities, ['batch', 1]);
  graph.output('rows', gradients, ['batch', config.tableRows.length, config.embeddingDim]);
  return graph;
}

/**
 * Inputs `input` (n, inputs of the module), `embeddings` if the interaction comes after it, and the parameters;
 * outputs `probabilities` (n, 1) and `gradients` (n, inputs of the module), as `logitGradients`.
 */
export function inputGradientGraph(config: DlrmConfig, { from }: { from: string }): OnnxGraph {
  const graph = new OnnxGraph('dlrm_input_gradients');
  const modules = modulesBetween(modulesOf(config), { from });
  const { inputs } = modules[0]!;
  const { probabilities, gradients } = logitGradients(
    graph,
    modules,
    {
      input: batchInput(graph, 'input', [inputs]),
      ...(modules.some(({ needsRows }) => needsRows) && { rows: embeddings(graph, config) }),
      parameters: parameterInputs(graph, config),
    },
    { of: 'input' },
  );
  graph.output('probabilities', probabilities, ['batch', 1]);
  graph.output('gradients', gradients, ['batch', inputs]);
  return graph;
}

/**
 * The whole model, including tables and parameters: inputs `dense` (n, features) and `ids` (n, tables) int32, output
 * `probabilities` (n, 1).
 */
export function inferenceGraph(
  config: DlrmConfig,
  initializer: (graph: OnnxGraph, name: string, shape: readonly number[]) => ValueName,
): OnnxGraph {
  const graph = new OnnxGraph('dlrm');
  const declare: Declare = (name, shape) => initializer(graph, name, shape);
  const { value: dense } = denseInput(graph, config);
  const probabilities = forward(graph, modulesOf(config), dense, {
    parameters: parameters(config, declare),
    rows: gatheredRows(graph, config, declare),
  });
  graph.output('probabilities', probabilities, ['batch', 1]);
  return graph;
}

type Declare = (name: string, shape: readonly number[]) => ValueName;

function networkInputs(graph: OnnxGraph, config: DlrmConfig): NetworkInputs<ValueName> {
  return {
    dense: denseInput(graph, config),
    rows: embeddings(graph, config),
    parameters: parameterInputs(graph, config),
  };
}

function parameterInputs(graph: OnnxGraph, config: DlrmConfig): NetworkInputs<ValueName>['parameters'] {
  const shapes = stateDictShapes(config);
  const names = Object.entries(parameters(config, (name, shape) => graph.input(name, 'float32', shape)));
  return Object.fromEntries(names.map(([name, value]) => [name, { value, shape: shapes.get(name)! }]));
}

function denseInput(graph: OnnxGraph, config: DlrmConfig) {
  return batchInput(graph, 'dense', [config.bottomMlp[0]!]);
}

/** The rows of the tables, (n, tables, dim). */
function embeddings(graph: OnnxGraph, { tableRows, embeddingDim }: DlrmConfig) {
  return batchInput(graph, 'embeddings', [tableRows.length, embeddingDim]);
}

function batchInput(graph: OnnxGraph, name: string, sizes: readonly number[]) {
  const axes: Axis[] = ['batch', ...sizes];
  return { value: graph.input(name, 'float32', axes), shape: [-1, ...sizes] };
}

function gatheredRows(graph: OnnxGraph, config: DlrmConfig, declare: Declare): ValueName[] {
  const { tableRows, embeddingDim } = config;
  const ids = graph.splitColumns(graph.input('ids', 'int32', ['batch', tableRows.length]), tableRows.length);
  return tableRows.map((rows, table) =>
    graph.gatherRows(declare(tableName(table), [rows, embeddingDim]), ids[table]!),
  );
}

function parameters(config: DlrmConfig, declare: Declare): Record<string, ValueName> {
  const { bottom, top } = denseLayers(config);
  return Object.fromEntries(
    [...bottom, ...top].flatMap(({ weight, bias, inputs, outputs }) => [
      [weight, declare(weight, [outputs, inputs])],
      [bias, declare(bias, [outputs])],
    ]),
  );
}

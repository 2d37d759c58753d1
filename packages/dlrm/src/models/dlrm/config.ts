import { kaggleCounts } from '@ds/criteo-data';
import type { StateDict, Tensor } from '@ds/tensor-files';
import type { EmbeddingTable } from '@ds/data-sparsifier';
import { dot } from './interactions/dot.js';
import { interactionOf, interactionOfWidth } from './interactions/interactions.js';
import type { InteractionFlags, VectorSizes } from './interactions/interaction.js';
import { QuotientRemainderTable } from '../../tables/quotient-remainder-table.js';
import { checkKeptFeatures, keptFeaturesName } from './hooks/kept-features.js';
import type { ModelFlags } from './model-flags.js';

/** The sizes of a DLRM, as plain data. */
export interface DlrmConfig extends InteractionFlags {
  /** Length of an embedding row, and of the bottom MLP's output. */
  embeddingDim: number;
  /** Rows of each embedding table, one number per categorical feature. */
  tableRows: readonly number[];
  /** Widths of the bottom MLP, its input (the number of dense features) first and `embeddingDim` last. */
  bottomMlp: readonly number[];
  /** Widths of the top MLP, the interaction's width first and 1 last. */
  topMlp: readonly number[];
  /**
   * The columns of the full interaction's output (the bottom MLP's output, then all pairs) that enter the top MLP,
   * ascending, in a model made by `foldMask`. Default: all.
   */
  keptFeatures?: readonly number[] | undefined;
  /**
   * For each quotient-remainder table, how many ids share a row of quotients; `tableRows` is then rounded up to a multiple of
   * it. Default: no table is of this kind.
   */
  tableCollisions?: readonly (number | undefined)[] | undefined;
}

/** The network of `bench/dlrm_s_criteo_kaggle.sh` in facebookresearch/dlrm, with the tables of the Kaggle data set. */
export const kaggleDlrmConfig: DlrmConfig = {
  embeddingDim: 16,
  tableRows: kaggleCounts,
  bottomMlp: [13, 512, 256, 64, 16],
  topMlp: [367, 512, 256, 1],
};

/**
 * The Kaggle network for other data: one table for each of the counts, such as `dataset.counts`, a bottom MLP with the given
 * number of dense features (13 by default), and a top MLP with the width of the interaction.
 */
export function kaggleConfigFor(
  counts: Iterable<number>,
  { denseFeatures, ...flags }: InteractionFlags & { denseFeatures?: number } = {},
): DlrmConfig {
  const { embeddingDim, bottomMlp, topMlp } = kaggleDlrmConfig;
  const tableRows = [...counts];
  const width = interactionOf(flags).width(vectorSizes({ embeddingDim, tableRows }));
  return {
    embeddingDim,
    ...flags,
    tableRows,
    bottomMlp: [denseFeatures ?? bottomMlp[0]!, ...bottomMlp.slice(1)],
    topMlp: [width, ...topMlp.slice(1)],
  };
}

/** The sizes of the vectors in the interaction: the bottom MLP's output and a row of each table. */
export function vectorSizes({
  embeddingDim,
  tableRows,
}: Pick<DlrmConfig, 'embeddingDim' | 'tableRows'>): VectorSizes {
  return { embeddingDim, vectors: tableRows.length + 1 };
}

/** Names in a state dict, in PyTorch's order: the tables, the bottom MLP's layers, the top MLP's. */
export function tableName(table: number): string {
  return `emb_l.${table}.weight`;
}

/** One fully connected layer, by its position in the state dict (PyTorch also counts the activations between layers). */
export interface LayerNames {
  /** PyTorch's name of the module, from `bot_l.0` on. */
  name: string;
  /** The name of the activation after it. */
  activationName: string;
  weight: string;
  bias: string;
  inputs: number;
  outputs: number;
}

/** The layers of both MLPs. A weight has shape (outputs, inputs), a bias (outputs). */
export function denseLayers(config: DlrmConfig): { bottom: LayerNames[]; top: LayerNames[] } {
  return { bottom: layersOf('bot_l', config.bottomMlp), top: layersOf('top_l', config.topMlp) };
}

function layersOf(prefix: string, widths: readonly number[]): LayerNames[] {
  return widths.slice(1).map((outputs, layer) => ({
    name: `${prefix}.${2 * layer}`,
    activationName: `${prefix}.${2 * layer + 1}`,
    weight: `${prefix}.${2 * layer}.weight`,
    bias: `${prefix}.${2 * layer}.bias`,
    inputs: widths[layer]!,
    outputs,
  }));
}

/** PyTorch's module names of the layers of both MLPs, in the order of the forward pass, from `bot_l.0` on. */
export function layerNames(config: DlrmConfig): string[] {
  const { bottom, top } = denseLayers(config);
  return [...bottom, ...top].map(({ name }) => name);
}

/** Every tensor of the model's state dict with its shape, in PyTorch's order. */
export function stateDictShapes(config: DlrmConfig): Map<string, number[]> {
  const { bottom, top } = denseLayers(config);
  const shapes = new Map<string, number[]>();
  config.tableRows.forEach((rows, table) => shapes.set(tableName(table), [rows, config.embeddingDim]));
  for (const { weight, bias, inputs, outputs } of [...bottom, ...top]) {
    shapes.set(weight, [outputs, inputs]);
    shapes.set(bias, [outputs]);
  }
  if (config.keptFeatures) shapes.set(keptFeaturesName, [config.keptFeatures.length]);
  return shapes;
}

/** @throws Error if a width is not a positive whole number or two parts do not match. */
export function checkConfig(config: DlrmConfig): void {
  const { embeddingDim, tableRows, bottomMlp, topMlp, keptFeatures } = config;
  for (const [field, values, least] of [
    ['embeddingDim', [embeddingDim], 1],
    ['tableRows', tableRows, 1],
    ['bottomMlp', bottomMlp, 2],
    ['topMlp', topMlp, 2],
  ] as const) {
    if (values.length < least) {
      throw new Error(`config.${field}: expected at least ${least} numbers, found ${values.length}`);
    }
    const wrong = values.find((value) => !Number.isSafeInteger(value) || value < 1);
    if (wrong !== undefined) {
      throw new Error(`config.${field}: expected whole numbers of at least 1, found ${wrong}`);
    }
  }
  if (keptFeatures) checkKeptFeatures(keptFeatures, dot.width(vectorSizes(config)), 'config.keptFeatures');
  expectWidth('bottomMlp', 'last', bottomMlp.at(-1)!, embeddingDim, 'embeddingDim');
  expectWidth(
    'topMlp',
    'first',
    topMlp[0]!,
    interactionOf(config).width(vectorSizes(config)),
    interactionOf(config).what(vectorSizes(config)),
  );
  expectWidth('topMlp', 'last', topMlp.at(-1)!, 1, 'one probability');
}

function expectWidth(field: string, place: string, found: number, expected: number, why: string): void {
  if (found !== expected) {
    throw new Error(
      `config.${field}: expected the ${place} width to be ${expected} (${why}), found ${found}`,
    );
  }
}

/** Shapes by name, which is all that `configFromStateDict` uses, except for the values of a folded model's kept features. */
export type Shapes = Record<
  string,
  { readonly shape: readonly number[]; readonly data?: Float32Array; readonly collisions?: number }
>;

/** The shapes of tensors and of tables in any form. */
export function shapesOf(state: Readonly<Record<string, Tensor | EmbeddingTable>>): Shapes {
  return Object.fromEntries(
    Object.entries(state).map(([key, value]) => [
      key,
      'shape' in value
        ? { shape: value.shape, ...(key === keptFeaturesName && { data: value.data }) }
        : {
            shape: [value.rows, value.dim],
            ...(value instanceof QuotientRemainderTable && { collisions: value.collisions }),
          },
    ]),
  );
}

/**
 * The sizes of the model in a state dict. Its interaction is recognised by the width of the top MLP's input.
 *
 * @throws Error naming the key, the expected and the found shape if the tensors are not those of a DLRM; or the flag that
 *   must be given if that width fits several interactions.
 */
export function configFromStateDict(
  stateDict: Shapes | StateDict,
  { archInteractionOp }: Pick<ModelFlags, 'archInteractionOp'> = {},
): DlrmConfig {
  const shapes: Shapes = stateDict;
  const tableRows: number[] = [];
  for (let table = 0; shapes[tableName(table)]; table++) {
    const { shape } = shapes[tableName(table)]!;
    if (shape.length !== 2) throw wrongShape(tableName(table), '(rows, embedding dim)', shape);
    tableRows.push(shape[0]!);
  }
  if (tableRows.length === 0) {
    const found = Object.keys(shapes).slice(0, 5).join(', ') || 'no tensors';
    throw new Error(`expected the tensors of a DLRM, from ${tableName(0)} on, found ${found}`);
  }
  const embeddingDim = shapes[tableName(0)]!.shape[1]!;
  const bottomMlp = widthsOf('bot_l', shapes);
  const topMlp = widthsOf('top_l', shapes);
  const config: DlrmConfig = {
    embeddingDim,
    tableRows,
    bottomMlp,
    topMlp,
    ...(shapes[keptFeaturesName]
      ? keptFeaturesOf(shapes)
      : interactionOfWidth(topMlp[0]!, vectorSizes({ embeddingDim, tableRows }), archInteractionOp)),
    ...collisionsOf(shapes, tableRows.length),
  };
  checkShapes(config, shapes);
  checkConfig(config);
  return config;
}

function collisionsOf(shapes: Shapes, tables: number): Pick<DlrmConfig, 'tableCollisions'> {
  const tableCollisions = Array.from({ length: tables }, (_, table) => shapes[tableName(table)]!.collisions);
  return tableCollisions.some((collisions) => collisions !== undefined) ? { tableCollisions } : {};
}

function keptFeaturesOf(shapes: Shapes): Pick<DlrmConfig, 'keptFeatures'> {
  const kept = shapes[keptFeaturesName];
  if (!kept) return {};
  if (!kept.data)
    throw new Error(`${keptFeaturesName}: expected the numbers of the kept features, found a shape`);
  return { keptFeatures: [...kept.data] };
}

function widthsOf(prefix: string, shapes: Shapes): number[] {
  const widths: number[] = [];
  for (let layer = 0; ; layer++) {
    const key = `${prefix}.${2 * layer}.weight`;
    const shape = shapes[key]?.shape;
    if (!shape) {
      if (layer > 0) return widths;
      throw new Error(`${key} is missing: expected a layer's weight of shape (outputs, inputs)`);
    }
    if (shape.length !== 2) throw wrongShape(key, '(outputs, inputs)', shape);
    if (layer === 0) widths.push(shape[1]!);
    widths.push(shape[0]!);
  }
}

/** @throws Error naming the first key that is missing, unknown, or has another shape than in the config. */
export function checkShapes(config: DlrmConfig, shapes: Shapes): void {
  const expected = stateDictShapes(config);
  for (const [key, shape] of expected) {
    const found = shapes[key];
    if (!found) throw new Error(`${key} is missing: expected a tensor of shape ${shapeText(shape)}`);
    if (found.shape.length !== shape.length || shape.some((size, axis) => size !== found.shape[axis])) {
      throw wrongShape(key, shapeText(shape), found.shape);
    }
  }
  for (const key of Object.keys(shapes)) {
    if (!expected.has(key))
      throw new Error(`${key} is not a tensor of this model (${expected.size} are known)`);
  }
}

function wrongShape(key: string, expected: string, found: readonly number[]): Error {
  return new Error(`${key}: expected shape ${expected}, found ${shapeText(found)}`);
}

function shapeText(shape: readonly number[]): string {
  return `(${shape.join(', ')})`;
}

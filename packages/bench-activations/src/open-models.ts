import { openCriteoDataset, type CriteoDataset, type DayCountOptions } from '@ds/criteo-data';
import {
  bytesInMemory,
  checkTablesFitData,
  Dlrm,
  loadTables,
  type CheckpointMetadata,
  type EngineChoice,
  type EngineDescription,
  type ModelState,
  type StateDict,
} from '@ds/dlrm';
import { naming } from '@ds/files';
import { columnStatistics, type ColumnStatistics } from './column-statistics.js';
import { tableMethodOf } from './tables/table-methods.js';

/** The files of the model and its rows, and the engine. */
export interface ModelOptions {
  modelPath: string;
  processedDataFile: string;
  /** The layers whose inputs lose columns. */
  layers: readonly string[];
  dayCounts: DayCountOptions | undefined;
  /** Training rows of the calibration, and the seed for selecting them. */
  calibrationRows: number;
  seed: number;
  engine: EngineChoice | undefined;
  threads: number | undefined;
  onEngine: ((engine: EngineDescription) => void) | undefined;
  onNote: ((note: string) => void) | undefined;
}

/** The data from which the columns of a layer's input are ranked. */
export interface LayerInput {
  layer: string;
  /** (outputs, width) */
  weight: Float32Array;
  /** Over the calibration rows. */
  statistics: ColumnStatistics;
}

/** The model with its tables compressed in one way, and statistics of the inputs of its layers. */
export interface ModelWithTables {
  model: Dlrm;
  /** Bytes of its tables in memory. */
  tableBytes: number;
  /** Of the layers that lose columns, in the network's order. */
  inputs: readonly LayerInput[];
}

/** The dense model, its splits, and the models with compressed tables, each made on first use. */
export interface OpenModels {
  dense: Dlrm;
  testRows: CriteoDataset;
  /** The layers that lose columns, in the network's order, and the widths of their inputs. */
  layers: readonly { layer: string; width: number }[];
  withTables(name: string): Promise<ModelWithTables>;
  close(): Promise<void>;
}

/**
 * @throws Error naming a file that cannot be read, a tensor with a value that is not a number, a layer that the model does
 *   not have, a model that does not fit the data or has an interaction other than dot, or a split without rows
 */
export async function openModels(options: ModelOptions): Promise<OpenModels> {
  const { modelPath, processedDataFile, dayCounts, engine, threads, onNote } = options;
  const open: { close(): Promise<void> }[] = [];
  const close = async () => {
    for (const opened of open.reverse()) await opened.close();
  };
  try {
    const { stateDict: state, names, metadata } = await loadTables(modelPath, { onNote });
    const dense = await openModel(modelPath, state, { engine, threads, metadata });
    open.push({ close: () => dense.dispose() });
    options.onEngine?.(dense.engine);
    // By PyTorch's names; those of the file may be TorchRec's.
    const parameters = dense.stateDict();
    const layers = layersOf(dense, options.layers).map((layer) => ({
      layer,
      width: parameters[`${layer}.weight`]!.shape[1]!,
    }));
    const [testRows, trainRows] = [
      await openCriteoDataset({ processedDataFile, split: 'test', dayCounts }),
      // The file of day counts was already reported for the other split.
      await openCriteoDataset({
        processedDataFile,
        split: 'train',
        dayCounts: { ...dayCounts, onFound: undefined },
      }),
    ];
    open.push(testRows, trainRows);
    checkTablesFitData({
      ...{ config: dense.config, metadata },
      ...{ counts: testRows.counts, idsFingerprint: testRows.idsFingerprint },
      ...{ modelPath, dataPath: processedDataFile, onNote },
    });
    for (const [split, { length }] of Object.entries({ test: testRows, train: trainRows })) {
      if (length === 0)
        throw new Error(`${processedDataFile}: expected rows in the ${split} split, found none`);
    }
    const known = new Map<string, ModelWithTables>();
    return {
      dense,
      testRows,
      layers,
      async withTables(name) {
        const made = known.get(name);
        if (made) return made;
        const context = { ...options, state, names, model: dense, trainRows };
        const compressed: ModelState = { ...state, ...(await tableMethodOf(name).compress(context)) };
        const model = await openModel(modelPath, compressed, { engine, threads, metadata });
        open.push({ close: () => model.dispose() });
        const inputs: LayerInput[] = [];
        for (const { layer } of layers) {
          const weight = parameters[`${layer}.weight`]!.data;
          inputs.push({ layer, weight, statistics: await statisticsOf(model, layer, trainRows, options) });
        }
        const withTables = { model, tableBytes: bytesInMemory(compressed, names), inputs };
        known.set(name, withTables);
        return withTables;
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openModel(
  modelPath: string,
  state: StateDict | ModelState,
  options: {
    engine: EngineChoice | undefined;
    threads: number | undefined;
    metadata: CheckpointMetadata;
  },
): Promise<Dlrm> {
  const model = await naming(modelPath, () => Dlrm.fromStateDict(state, options));
  const { archInteractionOp = 'dot', archInteractionItself = false } = model.config;
  if (archInteractionOp === 'dot' && !archInteractionItself) return model;
  await model.dispose();
  throw new Error(
    `${modelPath}: expected the interaction dot, whose pairs a mask drops, found ` +
      `${archInteractionOp}${archInteractionItself ? ' with the vectors themselves' : ''}`,
  );
}

/** In the network's order. */
function layersOf(model: Dlrm, wanted: readonly string[]): string[] {
  // Nothing computes the input of the first one, so nothing of it can go.
  const known = model.layerNames.slice(1);
  const unknown = wanted.find((layer) => !known.includes(layer));
  if (unknown === undefined) return known.filter((layer) => wanted.includes(layer));
  throw new Error(`layers: expected any of ${known.join(', ')}, found '${unknown}'`);
}

async function statisticsOf(
  model: Dlrm,
  layer: string,
  dataset: CriteoDataset,
  { modelPath, calibrationRows: rows, seed }: ModelOptions,
): Promise<ColumnStatistics> {
  return naming(modelPath, () => columnStatistics({ model, layer, dataset, rows, seed }));
}

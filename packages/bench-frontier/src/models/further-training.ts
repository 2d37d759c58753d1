import type { FrontierPoint } from '@ds/bench-models';
import { openCriteoDataset, type DayCountOptions } from '@ds/criteo-data';
import { SparseTable, type EmbeddingTable } from '@ds/data-sparsifier';
import { Dlrm, embeddingTableNames, PrunedValues, train, type EngineChoice } from '@ds/dlrm';
import type { CheckpointMetadata, StateDict } from '@ds/tensor-files';
import { testAucChange, type JudgedRows, type Judgement } from '../judged-rows.js';
import type { OnStage, Training } from './open-model.js';

type Measurement = Required<
  Pick<
    FrontierPoint,
    | 'trainedEpochs'
    | 'trainedAucChange'
    | 'trainedAucChangeLower'
    | 'trainedAucChangeUpper'
    | 'trainedBaseAucChange'
    | 'trainedTableBytes'
  >
>;

interface FurtherTrainingOptions {
  /** The uncompressed model, which is not changed. */
  stateDict: StateDict;
  metadata: CheckpointMetadata;
  /** Its quality. */
  base: Judgement;
  rows: JudgedRows;
  processedDataFile: string;
  dayCounts?: DayCountOptions | undefined;
  training: Training;
  /** Epochs. */
  trainOn: number;
  /** Seed of the order of the rows. */
  seed: number;
  engine?: EngineChoice | undefined;
  onStage: OnStage;
}

/** Trains compressed models further, and the uncompressed one in the same way, on the same rows in the same order. */
export class FurtherTraining {
  readonly #options: FurtherTrainingOptions;
  #base: Promise<Judgement> | undefined;

  constructor(options: FurtherTrainingOptions) {
    this.#options = options;
  }

  /** Trains a model with these tables; values that are 0 in them stay 0. */
  async measure(tables: Readonly<Record<string, EmbeddingTable>>): Promise<Measurement> {
    const base = await (this.#base ??= this.#trained({}).then(({ judged }) => judged));
    const { judged, state } = await this.#trained(tables);
    const change = testAucChange(base, judged);
    const bytes = Object.keys(tables).map(
      (name) => SparseTable.fromDense({ table: state[name]! }).byteLength,
    );
    return {
      trainedEpochs: this.#options.trainOn,
      trainedAucChange: change.difference,
      trainedAucChangeLower: change.interval[0],
      trainedAucChangeUpper: change.interval[1],
      trainedBaseAucChange: testAucChange(this.#options.base, base).difference,
      trainedTableBytes: bytes.reduce((sum, of) => sum + of, 0),
    };
  }

  async #trained(tables: Readonly<Record<string, EmbeddingTable>>) {
    const { stateDict, metadata, rows, engine, seed, onStage, ...options } = this.#options;
    // Copies, because training changes tables in place.
    const copied = Object.fromEntries(
      embeddingTableNames(stateDict).map((name) => {
        const { data, shape } = stateDict[name]!;
        return [name, { data: (tables[name]?.toDense() ?? data).slice(), shape }];
      }),
    );
    const dataset = await openCriteoDataset({ ...options, split: 'train' });
    const model = await Dlrm.fromStateDict({ ...stateDict, ...copied }, { engine, metadata });
    try {
      await train({
        ...{ model, dataset, seed },
        epochs: options.trainOn,
        learningRate: options.training.learningRate,
        // Other tables are trained freely.
        held: new PrunedValues(copied, Object.keys(tables)),
        onProgress: onStage('train on'),
      });
      return { judged: await rows.judge(model), state: copied };
    } finally {
      await model.dispose();
      await dataset.close();
    }
  }
}

import {
  blockWidthOf,
  dumpFormatOf,
  methodOf,
  modelTitle,
  servedFile,
  type MadeFrom,
  type SparseModelMetadata,
} from '@ds/bench-models';
import { loadModelState, modelStateOf } from '@ds/dlrm';
import { makeTablesSparse, type CheckpointMetadata, type ModelState } from '@ds/tensor-files';
import type { MadeModel } from './made-model.js';
import { SpareArrays } from './spare-arrays.js';
import { ModelMaker, type MakerOptions } from './model-maker.js';

/** The tensors of a model, for `Dlrm.fromStateDict`. */
export interface OpenedModel {
  /** By their names in a plain DLRM. */
  state: ModelState;
  /** The metadata of its checkpoint. */
  metadata: CheckpointMetadata;
  /** Gives the memory of its tables to the models that are opened next; it cannot be used afterwards. */
  release(): void;
}

/** Opens the models of a metadata CSV: from their files, or made again from the model that bench-disk was given. */
export class ModelSource {
  readonly #maker: ModelMaker | undefined;
  readonly #madeFrom: MadeFrom | undefined;
  readonly #spare = new SpareArrays();

  /** Nothing is read before it is needed. */
  constructor({
    madeFrom,
    ...options
  }: Omit<MakerOptions, 'madeFrom'> & {
    /** What models without a file are made from. */
    madeFrom?: MadeFrom | undefined;
  }) {
    this.#madeFrom = madeFrom;
    this.#maker = madeFrom && new ModelMaker({ ...options, madeFrom });
  }

  /** What messages call a model: its file, or the file that it is made from and its settings. */
  nameOf(model: SparseModelMetadata): string {
    return model.path ?? `${this.#madeFrom?.modelPath ?? 'a model without a file'}, ${modelTitle(model)}`;
  }

  /**
   * The tensors of a model, its tables dense or sparse. A sparse table is never dense in between, unless its file is.
   *
   * @throws Error naming the file that cannot be read or does not give the model; or the model, if it has no file and there
   *   is nothing to make it from.
   */
  async open(
    model: SparseModelMetadata,
    { tables: wanted }: { tables: 'dense' | 'sparse' },
  ): Promise<OpenedModel> {
    if (model.path !== undefined) {
      const { path, blockWidth } = servedFile(model, { tables: wanted });
      let metadata: CheckpointMetadata = {};
      const onMetadata = (found: CheckpointMetadata) => void (metadata = found);
      const state = await loadModelState(path, { tables: wanted, blockWidth, onMetadata });
      return { state, metadata, release: () => undefined };
    }
    const source = this.nameOf(model);
    const made = await this.#make(model);
    const { stateDict, metadata } = made;
    const dense = wanted === 'dense' ? await made.dense(this.#spare) : {};
    const stored: ModelState = { ...stateDict, ...dense, ...(wanted === 'sparse' && (await made.sparse())) };
    // Tables that were not chosen, as in a model's file.
    if (wanted === 'sparse') makeTablesSparse(stored, { source, blockWidth: blockWidthOf(model) });
    return {
      state: await modelStateOf(stored, { source, metadata }),
      metadata,
      release: () => Object.values(dense).forEach(({ data }) => this.#spare.give(data)),
    };
  }

  /**
   * Calls `use` with a file of a model, as `servedFile` names one: the model's own, or one that is written next to `beside`
   * in the form that bench-disk sized, and removed afterwards.
   *
   * @throws Error like `open`, or naming the file that cannot be written
   */
  async withFile<Result>(
    model: SparseModelMetadata,
    { tables: wanted, beside }: { tables: 'dense' | 'sparse'; beside: string },
    use: (file: ReturnType<typeof servedFile>) => Promise<Result>,
  ): Promise<Result> {
    if (model.path !== undefined) return use(servedFile(model, { tables: wanted }));
    const format = dumpFormatOf(model);
    const isSparse =
      format === 'sparse' ||
      (wanted === 'sparse' && (format === 'both' || methodOf(model).stores === 'codes'));
    const made = await this.#make(model);
    return made.withFile({ isSparse, beside }, (path) => use({ path, blockWidth: blockWidthOf(model) }));
  }

  async #make(model: SparseModelMetadata): Promise<MadeModel> {
    if (this.#maker) return this.#maker.make(model);
    throw new Error(`${this.nameOf(model)}: expected its file, or a model to make it from, found neither`);
  }
}

import { levelSweep, SparseTable, type LevelSweep } from '@ds/data-sparsifier';
import { deflatedSize } from './deflated-size.js';
import { densityMap, emptyRows } from './density-map.js';
import type { Answer, Picture, Settings, Sizes } from '../messages.js';
import { prunedBytes, prunedName, pruneFile } from './prune-file.js';
import { byteLengthOf, type FileTensor, type TensorFile } from '../tensors/tensor-file.js';

const hundredths = Array.from({ length: 101 }, (_, i) => i / 100);
/** The levels of the chart. */
export const chartLevels = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1];

interface Ranked {
  tensor: FileTensor;
  data: Float32Array;
  sweep: LevelSweep;
}

/**
 * Prunes the tensors of one file. Each is ranked once for every hundredth of the level, so that changing the level only
 * moves the cut.
 */
export class Pruner {
  readonly #file: TensorFile;
  /** For each tensor, the settings of its last ranking, and its ranks. */
  readonly #ranked = new Map<string, { ranking: string; ranked: Ranked }>();

  /** The sizes measured so far, so that returning to a level costs nothing. */
  readonly #measured = new Map<string, Sizes>();

  constructor(file: TensorFile) {
    this.#file = file;
  }

  /** The shown tensor after pruning. */
  async picture({ shown, level, ...ranking }: Settings): Promise<Picture> {
    const { tensor, sweep } = await this.#rank(shown, ranking);
    const mask = sweep.mask(level);
    return {
      map: densityMap(mask, tensor),
      prunedValues: sweep.prunedValues(level),
      emptyRows: emptyRows(mask, tensor),
    };
  }

  /** The sizes of all pruned tensors together. */
  async sizes({ names, level, blockShape, norm }: Settings): Promise<Sizes> {
    const ranking = { blockShape, norm };
    const key = JSON.stringify({ names, level, ranking });
    const known = this.#measured.get(key);
    if (known) return known;
    const sizes = { level, dense: 0, deflated: 0, sparse: 0 };
    for (const name of names) {
      const { tensor, data, sweep } = await this.#rank(name, ranking);
      const mask = sweep.mask(level);
      const table = { data, shape: [tensor.rows, tensor.columns] };
      const blockWidth = Math.min(ranking.blockShape[1], tensor.columns);
      sizes.dense += byteLengthOf(tensor);
      sizes.deflated += await deflatedSize(await prunedBytes(this.#file.file, tensor, mask));
      sizes.sparse += SparseTable.fromDense({ table, mask, blockWidth }).byteLength;
    }
    this.#measured.set(key, sizes);
    return sizes;
  }

  /** The given file with its tensors pruned. */
  async prunedFile({ names, level, ...ranking }: Settings): Promise<Answer> {
    const masks = new Map<string, () => Uint8Array>();
    for (const name of names) {
      const { sweep } = await this.#rank(name, ranking);
      masks.set(name, () => sweep.mask(level));
    }
    const file = await pruneFile(this.#file, masks);
    return { type: 'pruned-file', name: prunedName(this.#file.file.name, level), file };
  }

  async #rank(name: string, { blockShape, norm }: Pick<Settings, 'blockShape' | 'norm'>): Promise<Ranked> {
    const ranking = `${blockShape.join('x')} ${norm}`;
    const known = this.#ranked.get(name);
    if (known?.ranking === ranking) return known.ranked;
    const tensor = this.#file.tensors.find((other) => other.name === name);
    if (!tensor) throw new Error(`${this.#file.file.name}: no tensor ${name}`);
    const data = known?.ranked.data ?? (await tensor.read());
    const sweep = levelSweep({
      table: { data, shape: [tensor.rows, tensor.columns] },
      levels: hundredths,
      // A block is no larger than the table, because the rest would be empty.
      sparseBlockShape: [Math.min(blockShape[0], tensor.rows), Math.min(blockShape[1], tensor.columns)],
      norm,
    });
    const ranked = { tensor, data, sweep };
    this.#ranked.set(name, { ranking, ranked });
    return ranked;
  }
}

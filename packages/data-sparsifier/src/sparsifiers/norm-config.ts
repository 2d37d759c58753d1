/** How values are measured: `L1` by absolute value, `L2` by square. */
export type Norm = 'L1' | 'L2';

/** Whether blocks are ranked within each `table`, or over all data with one threshold (`global`). */
export type Scope = 'table' | 'global';

/** Determines which values of a table are pruned. */
export interface NormConfig {
  /** The fraction of blocks to prune, from 0 to 1; default 0.5. */
  sparsityLevel: number;
  /** Rows and columns of a block; default [1, 4]. */
  sparseBlockShape: readonly [number, number];
  /** How many values of a pruned block become zero, its smallest first; default (undefined): all of them. */
  zerosPerBlock?: number | undefined;
}

/** @throws Error naming the level. */
export function checkSparsityLevel(level: number): void {
  if (!(typeof level === 'number' && level >= 0 && level <= 1)) {
    throw new Error(`sparsity level: expected a number from 0 to 1, found ${String(level)}`);
  }
}

/** @throws Error naming the norm. */
export function checkNorm(norm: unknown): asserts norm is Norm {
  if (norm !== 'L1' && norm !== 'L2') throw new Error(`norm: expected L1 or L2, found ${String(norm)}`);
}

/** @throws Error naming an invalid shape, or a number of zeros that exceeds the block size. */
export function checkBlocks({ sparseBlockShape, zerosPerBlock }: Omit<NormConfig, 'sparsityLevel'>): void {
  const isShape =
    Array.isArray(sparseBlockShape) &&
    sparseBlockShape.length === 2 &&
    sparseBlockShape.every((size) => Number.isSafeInteger(size) && size >= 1);
  if (!isShape) {
    throw new Error(
      `sparse block shape: expected two whole numbers of at least 1, found ${JSON.stringify(sparseBlockShape)}`,
    );
  }
  if (zerosPerBlock === undefined) return;
  const values = sparseBlockShape[0] * sparseBlockShape[1];
  if (!(Number.isSafeInteger(zerosPerBlock) && zerosPerBlock >= 0 && zerosPerBlock <= values)) {
    throw new Error(
      `zeros per block: expected a whole number from 0 to ${values}, the values of a block of ` +
        `(${sparseBlockShape.join(', ')}), found ${String(zerosPerBlock)}`,
    );
  }
}

/** @throws Error naming the scope. */
export function checkScope(scope: unknown): asserts scope is Scope {
  if (scope !== 'table' && scope !== 'global')
    throw new Error(`scope: expected table or global, found ${String(scope)}`);
}

import type { CompressedTables, GridPoint, Method, SweepContext } from '@ds/bench-models';
import type { StateDict } from '@ds/tensor-files';

/** A model of the frontier before it is measured. */
export interface CompressedModel {
  point: GridPoint;
  /** The memory ratio that it was made for, if its method can choose the size. */
  wantedRatio?: number;
  tables: CompressedTables;
  /** Bytes of the tables in memory. */
  bytes: number;
  /** Seconds of the sweep that it shares with the method's other models. */
  sweepSeconds: number;
}

/**
 * The models of a method: those of its grid; or if it has a ladder, for each memory ratio the model with the largest tables
 * that are small enough. A ratio that no model reaches is skipped. A model that serves two ratios is returned once.
 *
 * @throws Error naming an invalid setting, or a table whose importance is missing
 */
export async function* compressedModels({
  method,
  settings,
  ratios,
  stateDict,
  tables,
  context,
}: {
  method: Method;
  settings: object;
  ratios: readonly number[];
  /** The whole model. */
  stateDict: StateDict;
  /** Its tables, over SharedArrayBuffers. */
  tables: StateDict;
  context: SweepContext;
}): AsyncGenerator<CompressedModel> {
  const lists = method.ladder ? [method.ladder(ratios)] : method.grid(settings);
  const denseBytes = Object.values(tables).reduce((sum, { data }) => sum + data.byteLength, 0);
  for (const points of lists) {
    const start = performance.now();
    const plan = await method.sweep(tables, points, context);
    const sweepSeconds = (performance.now() - start) / 1000;
    const make = (point: GridPoint): CompressedModel => {
      const compressed = method.compress(stateDict, plan, point);
      return { point, tables: compressed, bytes: bytesOf(compressed), sweepSeconds };
    };
    if (!method.ladder) {
      for (const point of points) yield make(point);
      continue;
    }
    const seen = new Set<number>();
    const sizes = new Map<number, number>();
    for (const ratio of ratios) {
      const at = firstOfAtMost(denseBytes / ratio, points.length, (index) => {
        const known = sizes.get(index) ?? make(points[index]!).bytes;
        sizes.set(index, known);
        return known;
      });
      if (at < points.length && !seen.has(at)) {
        seen.add(at);
        yield { ...make(points[at]!), wantedRatio: ratio };
      }
    }
  }
}

/** The first index whose size is at most `bytes`, by bisection: sizes decrease with the index. `count` if there is none. */
function firstOfAtMost(bytes: number, count: number, sizeAt: (index: number) => number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sizeAt(middle) <= bytes) high = middle;
    else low = middle + 1;
  }
  return low;
}

function bytesOf(tables: CompressedTables): number {
  return tables.names.reduce((sum, name) => sum + tables.embeddingTable(name).byteLength, 0);
}

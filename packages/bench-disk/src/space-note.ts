import { freeSpace } from '@ds/files';
import type { DumpFormat, GridPoint } from '@ds/bench-models';
import type { StateDict } from '@ds/tensor-files';

/**
 * A warning that the disk may have too little space for all models; undefined if it has enough. Trained values hardly
 * deflate and zeros almost vanish, so a file takes about the bytes of the kept values.
 */
export async function spaceNote({
  stateDict,
  tables,
  dumpPath,
  points,
  format,
}: {
  stateDict: StateDict;
  /** Names of the tables to prune. */
  tables: readonly string[];
  dumpPath: string;
  /** The models. */
  points: readonly GridPoint[];
  format: DumpFormat;
}): Promise<string | undefined> {
  const free = await freeSpace(dumpPath);
  if (free === undefined) return undefined;
  const bytesOf = (names: readonly string[]) =>
    names.reduce((sum, name) => sum + stateDict[name]!.data.byteLength, 0);
  const pruned = bytesOf(tables);
  const layers = bytesOf(Object.keys(stateDict)) - pruned;
  const files = format === 'both' ? 2 : 1;
  const needed = points.reduce((sum, point) => sum + files * (layers + keptShare(point) * pruned), 0);
  return needed > free
    ? `${dumpPath}: the models may take ${gigabytes(needed)}, the disk has ${gigabytes(free)} free`
    : undefined;
}

/** The approximate fraction of the tables' bytes that is kept. */
function keptShare({ sparsityLevel = 0, bits = 32, ratio = 1 }: GridPoint): number {
  return ((1 - sparsityLevel) * bits) / 32 / ratio;
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}

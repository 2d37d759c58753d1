import type { DumpFormat, GridPoint } from '@ds/bench-models';
import type { StateDict } from '@ds/tensor-files';

/**
 * What to tell of a half-precision model: its tables keep their type in dense files of methods that only set values to 0,
 * and are float32 in all others. Undefined where no other file is written, or no table is of such a type.
 */
export function narrowTypeNote({
  stateDict,
  names,
  format,
  points,
}: {
  stateDict: StateDict;
  /** The tables. */
  names: readonly string[];
  format: DumpFormat;
  points: readonly GridPoint[];
}): string | undefined {
  const name = names.find((table) => stateDict[table]!.stored);
  const isKept = format === 'dense' && points.every(({ method }) => method === undefined);
  if (name === undefined || isKept) return undefined;
  return (
    `${name} is ${stateDict[name]!.stored!.dtype}: dense models with pruned tables keep that, tables in other files are ` +
    'float32; compare sizes with that in mind'
  );
}

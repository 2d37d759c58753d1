import type { ModelSource } from '@ds/bench-disk';
import type { EngineChoice } from '@ds/dlrm';
import type { DistinctModel } from './distinct-passes.js';
import { openPasses, type OpenModel } from './open-passes.js';

/** Bytes of a model other than its tables: its layers and what the engine keeps for them. */
const bytesBesideTables = 64 * 2 ** 20;

/**
 * Opens models in groups, in their order: each group has as many models as fit into `maxBytes`, but at least one. A group is
 * closed when the next one is requested. Whether the next model still fits is decided before it is loaded, by the largest one so far.
 */
export async function* openGroups(
  models: readonly DistinctModel[],
  { source, maxBytes, engine }: { source: ModelSource; maxBytes: number; engine?: EngineChoice | undefined },
): AsyncGenerator<{ model: DistinctModel; open: OpenModel }[]> {
  let largest = 0;
  for (let next = 0; next < models.length;) {
    const group: { model: DistinctModel; open: OpenModel }[] = [];
    try {
      let bytes = 0;
      while (next < models.length && (group.length === 0 || bytes + largest <= maxBytes)) {
        const model = models[next++]!;
        const open = await openPasses(model, { source, engine });
        group.push({ model, open });
        const taken = open.tableBytes + bytesBesideTables;
        bytes += taken;
        largest = Math.max(largest, taken);
      }
      yield group;
    } finally {
      for (const { open } of group) await open.dispose();
    }
  }
}

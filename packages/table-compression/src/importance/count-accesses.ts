import type { DlrmConfig, LabelledDataset } from '@ds/dlrm';

const batchSize = 16384;

/**
 * How often each row of each table is looked up in a data set.
 *
 * @returns for each table (rows)
 * @throws Error naming the table, the id and the number of rows if an id is outside its table
 */
export async function countAccesses(
  { tableRows }: Pick<DlrmConfig, 'tableRows'>,
  dataset: LabelledDataset,
  onProgress: (done: number) => void,
): Promise<Float64Array[]> {
  const accesses = tableRows.map((rows) => new Float64Array(rows));
  let done = 0;
  for await (const { sparse, labels } of dataset.batches({ batchSize })) {
    for (let lookup = 0; lookup < sparse.length;) {
      for (let table = 0; table < accesses.length; table++) {
        const id = sparse[lookup++]!;
        if (!(id >= 0 && id < tableRows[table]!)) {
          throw new Error(
            `training row ${done + Math.floor((lookup - 1) / accesses.length)}: expected an id of table ${table}, ` +
              `which has ${tableRows[table]} rows, found ${id}`,
          );
        }
        accesses[table]![id]!++;
      }
    }
    done += labels.length;
    onProgress(done);
  }
  return accesses;
}

import { fileIdentity, openJournal } from '@ds/files';
import type { SparseModelMetadata } from '@ds/bench-models';

/** The models that a run has written so far, by their place in the grid. */
export interface DumpJournal {
  /** The row of a model that an earlier run finished, if its files are still as they were written. */
  finishedRow(place: number): Promise<SparseModelMetadata | undefined>;
  /** Notes that the files of a model are whole. */
  keep(place: number, row: SparseModelMetadata): Promise<void>;
  /** Removes the journal: the CSV is written. */
  remove(): void;
}

/** Opens the journal of a run of bench-disk, as `openJournal` does. */
export function openDumpJournal(options: Parameters<typeof openJournal>[0]): DumpJournal {
  const journal = openJournal<{ row: SparseModelMetadata; files: (string | undefined)[] }>(options);
  return {
    async finishedRow(place) {
      const kept = journal.finished.get(`${place}`);
      return kept && `${await identities(kept.row)}` === `${kept.files}` ? kept.row : undefined;
    },
    async keep(place, row) {
      journal.keep(`${place}`, { row, files: await identities(row) });
    },
    remove: () => journal.remove(),
  };
}

function identities({ path, sparsePath }: SparseModelMetadata): Promise<(string | undefined)[]> {
  const paths = new Set([path, sparsePath].filter((file) => file !== undefined));
  return Promise.all([...paths].map(fileIdentity));
}

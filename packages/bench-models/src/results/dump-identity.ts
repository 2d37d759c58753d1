import type { CheckpointMetadata } from '@ds/tensor-files';
import type { GridPoint } from '../methods/grid/grid-point.js';
import { gridPointColumns, gridPointOwnColumns } from './grid-point-schema.js';

/** The metadata key of a dumped file for the fingerprint of its source model. */
export const sourceKey = 'source_sha256';

const columns = [...gridPointColumns, ...gridPointOwnColumns];

/** The metadata keys of a dumped file that identify its model: the same as the columns of the metadata CSV. */
export const pointColumns = columns.map(({ name }) => name);

/** The metadata of a dumped file that identifies its model: the nonempty cells of the metadata CSV. */
export function pointMetadata(point: GridPoint): CheckpointMetadata {
  return Object.fromEntries(
    columns.map(({ name, cell }) => [name, String(cell(point))] as const).filter(([, text]) => text !== ''),
  );
}

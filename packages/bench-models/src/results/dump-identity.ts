import type { CheckpointMetadata } from '@ds/tensor-files';
import type { GridPoint } from '../methods/grid-point.js';
import { gridPointColumns, gridPointOwnColumns } from './grid-point-schema.js';

/** The key of a dumped file's metadata for the fingerprint of the model that it was made of. */
export const sourceKey = 'source_sha256';

const columns = [...gridPointColumns, ...gridPointOwnColumns];

/** The keys of a dumped file's metadata that say which model it is: the columns of the metadata CSV that do. */
export const pointColumns = columns.map(({ name }) => name);

/** What a dumped file says of its model: the cells of the metadata CSV, without empty ones. */
export function pointMetadata(point: GridPoint): CheckpointMetadata {
  return Object.fromEntries(
    columns.map(({ name, cell }) => [name, String(cell(point))] as const).filter(([, text]) => text !== ''),
  );
}

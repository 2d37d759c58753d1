import { idsMetadataKey } from '@ds/criteo-data';
import type { CheckpointMetadata } from '@ds/tensor-files';

// Enough to distinguish two fingerprints in a message.
const digits = 12;

/**
 * Checks that a model was trained on the ids of a data set, if both files have the fingerprint of their dictionaries.
 *
 * @throws Error naming both files if their dictionaries differ
 */
export function checkIds({
  metadata,
  idsFingerprint,
  modelPath,
  dataPath,
  onNote,
}: {
  /** The metadata of the checkpoint. */
  metadata: CheckpointMetadata;
  /** The fingerprint of the data (`CriteoDataset.idsFingerprint`). */
  idsFingerprint: string | undefined;
  modelPath: string;
  dataPath: string;
  /** Called with the reason if nothing was checked. */
  onNote?: ((note: string) => void) | undefined;
}): void {
  const ofModel = metadata[idsMetadataKey];
  if (ofModel === idsFingerprint && ofModel !== undefined) return;
  if (ofModel !== undefined && idsFingerprint !== undefined) {
    throw new Error(
      `${modelPath}: its tables are for other ids than those of ${dataPath}: expected the id dictionaries ` +
        `${ofModel.slice(0, digits)}..., found ${idsFingerprint.slice(0, digits)}...; preprocess the rows with ` +
        '--dictionaries of the training data',
    );
  }
  const silent = [
    ...(ofModel === undefined ? [modelPath] : []),
    ...(idsFingerprint === undefined ? [dataPath] : []),
  ];
  onNote?.(
    `ids not checked: ${silent.join(' and ')} ${silent.length === 1 ? 'does' : 'do'} not say which they are`,
  );
}

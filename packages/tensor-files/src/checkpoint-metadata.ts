/**
 * What a checkpoint says beside its tensors, text by key. `ids_sha256` is the fingerprint of the id dictionaries that its
 * tables were trained on (`@ds/criteo-data`).
 */
export type CheckpointMetadata = Readonly<Record<string, string>>;

// Ours take a hundred characters; what others write, such as pictures of a model, is not carried along.
const longestText = 1000;
const mostKeys = 100;

/** The texts by key in what a file says of itself, whatever that is; all else in it is passed over. */
export function metadataFrom(found: unknown): CheckpointMetadata {
  const entries = found instanceof Map ? [...found] : Object.entries(isObject(found) ? found : {});
  return Object.fromEntries(
    entries
      .filter(([key, value]) => [key, value].every((text) => typeof text === 'string'))
      .filter(([key, value]) => (key as string).length + (value as string).length <= longestText)
      .slice(0, mostKeys),
  ) as CheckpointMetadata;
}

/** The metadata as the comment of a zip archive: JSON in ASCII; nothing where there is none. */
export function metadataComment(metadata: CheckpointMetadata): string {
  if (Object.keys(metadata).length === 0) return '';
  return JSON.stringify(metadata).replace(
    /[^ -~]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** The metadata in the comment of a zip archive; none where the comment is something else. */
export function metadataFromComment(comment: string): CheckpointMetadata {
  try {
    return metadataFrom(JSON.parse(comment));
  } catch {
    return {};
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

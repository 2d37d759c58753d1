/**
 * The metadata of a checkpoint: texts by key. `ids_sha256` is the fingerprint of the id dictionaries with which its tables
 * were trained (`@ds/criteo-data`).
 */
export type CheckpointMetadata = Readonly<Record<string, string>>;

// Ours take a hundred characters; larger metadata of other programs, such as images of a model, is dropped.
const longestText = 1000;
const mostKeys = 100;

/** The valid metadata in an arbitrary value from a file; everything else is ignored. */
export function metadataFrom(found: unknown): CheckpointMetadata {
  const entries = found instanceof Map ? [...found] : Object.entries(isObject(found) ? found : {});
  return Object.fromEntries(
    entries
      .filter(([key, value]) => [key, value].every((text) => typeof text === 'string'))
      .filter(([key, value]) => (key as string).length + (value as string).length <= longestText)
      .slice(0, mostKeys),
  ) as CheckpointMetadata;
}

/** The metadata as the comment of a zip archive: JSON in ASCII, or an empty text if there is none. */
export function metadataComment(metadata: CheckpointMetadata): string {
  if (Object.keys(metadata).length === 0) return '';
  return JSON.stringify(metadata).replace(
    /[^ -~]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** The metadata in the comment of a zip archive; empty if the comment is something else. */
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

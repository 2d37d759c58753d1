import { idsMetadataKey } from '../dictionaries/id-dictionaries.js';

/** What a processed file says of itself in the comment of its zip, which NumPy does not read. */
export interface ProcessedComment {
  /** Fingerprint of the dictionaries of its ids. */
  idsFingerprint?: string | undefined;
  /** The number of rows of each day. */
  dayCounts?: readonly number[] | undefined;
}

const dayCountsKey = 'total_per_file';

export function formatComment({ idsFingerprint, dayCounts }: ProcessedComment): string {
  return JSON.stringify({ [idsMetadataKey]: idsFingerprint, [dayCountsKey]: dayCounts });
}

/** Nothing of a comment that is missing, or another one. */
export function parseComment(comment: string): ProcessedComment {
  try {
    const { [idsMetadataKey]: idsFingerprint, [dayCountsKey]: dayCounts } = JSON.parse(comment) as Record<
      string,
      unknown
    >;
    return {
      ...(typeof idsFingerprint === 'string' && { idsFingerprint }),
      ...(Array.isArray(dayCounts) && { dayCounts: dayCounts.map(Number) }),
    };
  } catch {
    return {};
  }
}

import { createHash } from 'node:crypto';
import type { StateDict } from '@ds/tensor-files';

const largestUpdate = 1 << 30;

/** SHA-256 of a model: over each tensor's name and shape, as JSON, and its values; 64 hex digits. */
export function sourceFingerprint(stateDict: StateDict): string {
  const hash = createHash('sha256');
  for (const [name, { data, shape }] of Object.entries(stateDict)) {
    hash.update(JSON.stringify([name, shape]));
    for (let done = 0; done < data.byteLength; done += largestUpdate) {
      const length = Math.min(largestUpdate, data.byteLength - done);
      hash.update(new Uint8Array(data.buffer, data.byteOffset + done, length));
    }
  }
  return hash.digest('hex');
}

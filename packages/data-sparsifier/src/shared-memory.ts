type SharedView = Float32Array | Uint8Array;

/** Whether its memory can be shared between threads. */
export function isShared({ buffer }: SharedView): boolean {
  return typeof SharedArrayBuffer !== 'undefined' && buffer instanceof SharedArrayBuffer;
}

/** A zeroed array over shared memory. */
export function sharedBytes(length: number): Uint8Array {
  return new Uint8Array(new SharedArrayBuffer(length));
}

/** The array itself if it is over shared memory, otherwise a copy that is. */
export function asShared(data: Float32Array): Float32Array {
  if (isShared(data)) return data;
  const copy = new Float32Array(new SharedArrayBuffer(data.byteLength));
  copy.set(data);
  return copy;
}

type SharedView = Float32Array | Uint8Array;

/** Whether threads see the same memory in it. */
export function isShared({ buffer }: SharedView): boolean {
  return typeof SharedArrayBuffer !== 'undefined' && buffer instanceof SharedArrayBuffer;
}

/** A zeroed array over memory that threads share. */
export function sharedBytes(length: number): Uint8Array {
  return new Uint8Array(new SharedArrayBuffer(length));
}

/** The array itself where threads share it, else a copy that they do. */
export function asShared(data: Float32Array): Float32Array {
  if (isShared(data)) return data;
  const copy = new Float32Array(new SharedArrayBuffer(data.byteLength));
  copy.set(data);
  return copy;
}

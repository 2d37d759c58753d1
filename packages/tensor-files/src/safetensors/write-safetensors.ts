/** A tensor to write: its bytes, little-endian, in pieces. */
export interface SafetensorsInput {
  /** The element type by the format's name, such as `F32`. */
  dtype: string;
  shape: readonly number[];
  byteLength: number;
  bytes: Iterable<Uint8Array>;
}

/**
 * The bytes of a safetensors file (https://huggingface.co/docs/safetensors), with the tensors in the given order.
 * `metadata` has a text for each key.
 */
export async function* writeSafetensors(
  tensors: ReadonlyMap<string, SafetensorsInput>,
  metadata: Readonly<Record<string, string>>,
): AsyncGenerator<Uint8Array> {
  let end = 0;
  const described: [string, unknown][] = [['__metadata__', metadata]];
  for (const [name, { dtype, shape, byteLength }] of tensors) {
    if (name === '__metadata__') throw new Error(`safetensors: a tensor cannot be called ${name}`);
    described.push([name, { dtype, shape, data_offsets: [end, (end += byteLength)] }]);
  }
  const text = new TextEncoder().encode(JSON.stringify(Object.fromEntries(described)));
  // Spaces align the data to 8 bytes.
  const header = new Uint8Array(8 + Math.ceil(text.length / 8) * 8).fill(0x20);
  new DataView(header.buffer).setBigUint64(0, BigInt(header.length - 8), true);
  header.set(text, 8);
  yield header;
  for (const { bytes } of tensors.values()) yield* bytes;
}

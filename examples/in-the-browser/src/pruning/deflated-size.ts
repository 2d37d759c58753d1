/** Bytes after deflate, the compression of zip and gzip; the output is only counted. */
export async function deflatedSize(bytes: Uint8Array<ArrayBuffer>): Promise<number> {
  let size = 0;
  const deflated = new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate-raw'));
  const reader = deflated.getReader();
  for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) {
    size += value!.length;
  }
  return size;
}

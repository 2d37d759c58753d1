import { createReadStream } from 'node:fs';
import { createGzip } from 'node:zlib';

/** Bytes of a file after gzip; the output is only counted. */
export async function gzippedSize(path) {
  let size = 0;
  const file = createReadStream(path);
  const gzip = createGzip();
  file.on('error', (error) => gzip.destroy(error));
  for await (const piece of file.pipe(gzip)) size += piece.length;
  return size;
}

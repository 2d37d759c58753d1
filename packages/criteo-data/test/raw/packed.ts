import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { ZipWriter } from '@ds/files';

/** Bytes of files by their paths in an archive. */
export type Members = Record<string, Uint8Array | string>;

/** A zip archive. */
export async function zipOf(members: Members): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  const zip = new ZipWriter(async (bytes) => void pieces.push(bytes.slice()));
  for (const [name, content] of Object.entries(members)) await zip.addDeflated(name, [Buffer.from(content)]);
  await zip.finish();
  return Buffer.concat(pieces);
}

/** A tar archive, in gzip. */
export async function tarGzOf(members: Members): Promise<Buffer> {
  const archive = pack();
  for (const [name, content] of Object.entries(members)) archive.entry({ name }, Buffer.from(content));
  archive.finalize();
  const pieces: Uint8Array[] = [];
  for await (const piece of archive) pieces.push(piece as Uint8Array);
  return gzipSync(Buffer.concat(pieces));
}

/** UTF-16 with the high byte first, which Node's buffers do not write. */
export function utf16be(text: string): Buffer {
  return Buffer.from(text, 'utf16le').swap16();
}

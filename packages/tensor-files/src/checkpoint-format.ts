import { extname } from 'node:path';
import type { ByteSource, ZipArchive } from '@ds/files';
import { isTorchArchive } from './torch/read-torch-checkpoint.js';

/** How a checkpoint is written: as torch.save does, as safetensors, or as numpy.savez does. */
export type CheckpointFormat = 'ckpt' | 'safetensors' | 'npz';

const formats: Readonly<Record<string, CheckpointFormat>> = {
  '.ckpt': 'ckpt',
  '.pt': 'ckpt',
  '.pth': 'ckpt',
  '.safetensors': 'safetensors',
  '.npz': 'npz',
};

/** A checkpoint on disk or in memory, whose format is known. */
export interface OpenCheckpoint {
  format: CheckpointFormat;
  /** Its bytes; frees them as they are read where they lie in memory. */
  source: ByteSource;
  /** A path to it on disk, for npz, which is read from files only. */
  path: string;
  /** Closes the file and removes what was unpacked. */
  close(): Promise<void>;
}

/** The extensions of checkpoints, for messages. */
export const checkpointExtensions = Object.keys(formats).join(', ');

export const formatTitles: Readonly<Record<CheckpointFormat, string>> = {
  ckpt: 'a checkpoint of torch.save',
  safetensors: 'a safetensors file',
  npz: 'an npz file',
};

/** The format that a path's extension stands for; undefined for another extension. */
export function checkpointFormat(path: string): CheckpointFormat | undefined {
  return formats[extname(path).toLowerCase()];
}

/** What a zip archive holds, as far as we know it. */
export function archiveContent(zip: ZipArchive): CheckpointFormat | 'other' {
  if (isTorchArchive(zip)) return 'ckpt';
  const names = [...zip.entries.keys()];
  return names.length > 0 && names.every((name) => name.endsWith('.npy')) ? 'npz' : 'other';
}

/** @throws Error saying what the file is instead, when its first bytes are not those of `expected`. */
export async function checkStart(
  source: ByteSource,
  expected: 'zip' | 'safetensors',
  title: string,
): Promise<void> {
  const start = new Uint8Array(Math.min(16, source.size));
  await source.readInto(start, 0);
  const text = Buffer.from(start).toString('latin1');
  const found = formatOfStart(text);
  // A safetensors file has no magic number: what is nothing else is given to its reader.
  if (found?.format === expected || (expected === 'safetensors' && !found)) return;
  throw new Error(`${source.name}: expected ${title}, found ${found?.title ?? 'a file of another kind'}`);
}

function formatOfStart(text: string): { format?: 'zip' | 'safetensors'; title: string } | undefined {
  if (text === '') return { title: 'an empty file' };
  // The length of the header, then its JSON. Asked first: a length may begin like another format (0x280, a pickle).
  if (text.slice(5, 9) === '\0\0\0{') return { format: 'safetensors', title: formatTitles.safetensors };
  if (text.startsWith('PK\x03\x04') || text.startsWith('PK\x05\x06')) {
    return { format: 'zip', title: 'a zip archive' };
  }
  // 0x1950a86a20f9469cfc6c, the first thing in every file of torch.save before 1.6
  if (text.startsWith('\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19')) {
    return {
      title:
        "a file in PyTorch's legacy format (before 1.6): load it in PyTorch and save it again with torch.save",
    };
  }
  if (text[0] === '\x80' && text.charCodeAt(1) <= 5) return { title: 'a bare Python pickle' };
  if (text.startsWith('\x93NUMPY')) return { title: 'a single npy array' };
  if (text.startsWith('\x1f\x8b')) return { title: 'a gzip file' };
  return undefined;
}

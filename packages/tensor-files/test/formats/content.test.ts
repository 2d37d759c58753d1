import os from 'node:os';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ZipWriter } from '@ds/files';
import { loadCheckpoint, readPackedMetadata, saveCheckpoint, writeCheckpoint } from '@ds/tensor-files';
import { temporaryFolder } from '../../../test-support/src/temporary-folder.js';

const folder = temporaryFolder();
const golden = join(__dirname, '../golden/checkpoints');
const file = (name: string, bytes: Uint8Array) => {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
};
const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');

describe('the first bytes of a file that is no checkpoint', () => {
  const emptyZip = Buffer.concat([hex('504b0506'), Buffer.alloc(18)]);
  it.each([
    ['of a pickle of protocol 2', hex('80 02 4e 2e'), 'a bare Python pickle'],
    ['of a pickle of protocol 5', hex('80 05 4e 2e'), 'a bare Python pickle'],
    ['of a pickle of a protocol that Python does not have', hex('80 06 4e 2e'), 'a file of another kind'],
    ['of an npy file', hex('93 4e554d5059 01 00 76 00'), 'a single npy array'],
    ['of a gzip file', hex('1f 8b 08 00 00'), 'a gzip file'],
    ['of an empty zip archive', emptyZip, 'another kind of zip archive'],
  ])('%s', async (_, bytes, found) => {
    const path = file('x.ckpt', bytes);
    await expect(loadCheckpoint(path)).rejects.toThrow(
      new Error(`${path}: expected a checkpoint of torch.save, found ${found}`),
    );
  });

  it('at its end they mean nothing', async () => {
    for (const mark of ['93 4e554d5059', '1f 8b', '504b0506', '504b0304']) {
      const path = file('x.pt', Buffer.concat([Buffer.from('text'), hex(mark)]));
      await expect(loadCheckpoint(path)).rejects.toThrow('found a file of another kind');
    }
  });
});

describe('a packed checkpoint', () => {
  it('that exceeds the memory of the machine is refused', async () => {
    const path = join(golden, 'packed-ckpt.zip');
    const size = sizeOfEntry(path);
    const memory = jest.spyOn(os, 'totalmem');
    try {
      memory.mockReturnValue(size);
      await expect(loadCheckpoint(path)).resolves.toBeDefined();
      memory.mockReturnValue(size - 1);
      await expect(loadCheckpoint(path)).rejects.toThrow(
        new RegExp(
          `packed-ckpt\\.zip: the entry ".*" claims ${size} bytes, more than the ${size - 1} of this machine's memory$`,
        ),
      );
    } finally {
      memory.mockRestore();
    }
  });

  it('is to be the only one; the first five of more are named', async () => {
    const zip = await zipOf(['1.pt', '2.pt', '3.npz', '4.ckpt', '5.pth', '6.safetensors']);
    await expect(loadCheckpoint(file('x.zip', zip))).rejects.toThrow(
      /found 6: "1\.pt", "2\.pt", "3\.npz", "4\.ckpt", "5\.pth"$/,
    );
  });

  it('may have metadata in the comment of its archive, which are read alone', async () => {
    const path = file('comment.zip', await zipOf(['x.txt'], '{"ids_sha256":"abc"}'));
    expect(await readPackedMetadata(path)).toEqual({ ids_sha256: 'abc' });
    for (const comment of ['', 'a comment', '[1]', 'null', '"text"'])
      expect(await readPackedMetadata(file('other.zip', await zipOf(['x.txt'], comment)))).toEqual({});
    const npz = join(folder, 'x.npz');
    await saveCheckpoint(npz, {}, { metadata: { a: 'b' } });
    expect(await readPackedMetadata(npz)).toEqual({ a: 'b' });
    const text = file('text.zip', Buffer.from('text'));
    await expect(readPackedMetadata(text)).rejects.toThrow(text);
  });
});

it('an unknown format is refused with those that there are', async () => {
  const written = writeCheckpoint({ format: 'pth' as never, stateDict: {} });
  await expect(written.next()).rejects.toThrow(
    new Error('expected a checkpoint format of ckpt, safetensors, npz, found "pth"'),
  );
});

async function zipOf(names: string[], comment = ''): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  const zip = new ZipWriter(async (bytes) => void pieces.push(bytes.slice()));
  for (const name of names) await zip.addStored(name, [Buffer.from('text')]);
  await zip.finish({ comment });
  return Buffer.concat(pieces);
}

/** The size of the only entry of an archive, from its directory. */
function sizeOfEntry(path: string): number {
  const bytes = readFileSync(path);
  return bytes.readUInt32LE(bytes.indexOf('PK\x01\x02') + 24);
}

import { crc32, deflateRawSync } from 'node:zlib';

/** A zip archive of these entries; `deflated` ones are deflated. */
export function zipOf(entries: Record<string, Buffer>, { deflated = false } = {}): Buffer {
  const local: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const [name, data] of Object.entries(entries)) {
    const stored = deflated ? deflateRawSync(data, { level: 9 }) : data;
    const header = Buffer.alloc(30);
    header.writeUInt32LE(0x04034b50);
    header.writeUInt16LE(20, 4);
    header.writeUInt16LE(deflated ? 8 : 0, 8);
    header.writeUInt32LE(crc32(data), 14);
    header.writeUInt32LE(stored.length, 18);
    header.writeUInt32LE(data.length, 22);
    header.writeUInt16LE(Buffer.byteLength(name), 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50);
    entry.writeUInt16LE(20, 4);
    header.copy(entry, 6, 4, 30);
    entry.writeUInt32LE(offset, 42);
    local.push(header, Buffer.from(name), stored);
    central.push(entry, Buffer.from(name));
    offset += header.length + Buffer.byteLength(name) + stored.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50);
  const count = Object.keys(entries).length;
  end.writeUInt16LE(count, 8);
  end.writeUInt16LE(count, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...local, directory, end]);
}

/** A checkpoint as torch.save writes it, of this pickle and these storages. */
export function torchFile(
  pickle: Buffer,
  storages: Record<string, Buffer> = { 0: Buffer.alloc(16) },
  options: { deflated?: boolean } = {},
): Buffer {
  const data = Object.entries(storages).map(([key, values]) => [`x/data/${key}`, values]);
  return zipOf({ 'x/data.pkl': pickle, ...Object.fromEntries(data) }, options);
}

/** A safetensors file with this header, as text, and data of zeros. */
export function safetensorsFile(header: string, dataLength = 16): Buffer {
  const text = Buffer.from(header);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, Buffer.alloc(dataLength)]);
}

/** An npy array with this header, laid out as NumPy does. */
export function npyFile(header: string, data: Buffer): Buffer {
  const text = Buffer.from(`${header.padEnd(Math.ceil((header.length + 11) / 64) * 64 - 11)}\n`);
  const start = Buffer.from('\x93NUMPY\x01\x00\x00\x00', 'latin1');
  start.writeUInt16LE(text.length, 8);
  return Buffer.concat([start, text, data]);
}

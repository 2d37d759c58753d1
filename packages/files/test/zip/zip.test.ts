import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { crc32Combine, memorySource, openZip, ZipWriter, type ZipArchive, type ZipEntry } from '@ds/files';

interface Planned {
  name: string;
  parts: Uint8Array[];
  how: 'stored' | 'stored from a stream' | 'deflated';
  align: number;
}

async function written(plan: Planned[], options?: { forceZip64?: boolean; threads?: number }) {
  const pieces: Uint8Array[] = [];
  const writer = new ZipWriter(async (bytes) => void pieces.push(bytes.slice()), options);
  for (const { name, parts, how, align } of plan) {
    if (how === 'deflated') await writer.addDeflated(name, parts, { threads: options?.threads });
    else if (how === 'stored') await writer.addStored(name, parts, { align });
    else await writer.addStored(name, parts.values(), { align });
  }
  await writer.finish();
  return Buffer.concat(pieces);
}

async function contentOf(archive: ZipArchive, entry: ZipEntry): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of archive.read(entry)) pieces.push(piece);
  return Buffer.concat(pieces);
}

const planned = fc.uniqueArray(
  fc.record<Planned>({
    name: fc.stringMatching(/^[a-zé0-9_-]{1,12}(\/[a-z0-9.]{1,3}x)?$/),
    parts: fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 5 }),
    how: fc.constantFrom('stored', 'stored from a stream', 'deflated'),
    align: fc.constantFrom(1, 8, 64),
  }),
  { selector: (entry) => entry.name, maxLength: 6 },
);

describe('a zip that was written', () => {
  it('keeps its checksum over an empty view of an empty buffer', async () => {
    const parts = [Uint8Array.of(1, 2), new Uint8Array(new ArrayBuffer(0))];
    const bytes = await written([{ name: 'a', parts, how: 'stored', align: 1 }]);
    const archive = await openZip(memorySource('test.zip', [bytes]));
    expect([...(await contentOf(archive, archive.entries.get('a')!))]).toEqual([1, 2]);
  });

  it('takes bytes that are deflated already, with the sums of their pieces', async () => {
    const empty = { size: 0, crc: 0 };
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 300 })), async (parts) => {
        const totals = parts.reduce(({ size, crc }, part) => {
          const partCrc = part.length === 0 ? 0 : crc32(part);
          return { size: size + part.length, crc: crc32Combine(crc, partCrc, part.length) };
        }, empty);
        const content = Buffer.concat(parts);
        const pieces: Uint8Array[] = [];
        const writer = new ZipWriter(async (bytes) => void pieces.push(bytes.slice()));
        await writer.addPredeflated('a', [deflateRawSync(content)], totals);
        await writer.finish();
        const archive = await openZip(memorySource('test.zip', pieces));
        const entry = archive.entries.get('a')!;
        expect(entry).toMatchObject({ size: content.length, crc32: totals.crc, compression: 'deflated' });
        expect(await contentOf(archive, entry)).toEqual(content);
      }),
    );
  });

  it('reads back with the same entries in the same order', async () => {
    await fc.assert(
      fc.asyncProperty(planned, fc.boolean(), async (plan, forceZip64) => {
        const bytes = await written(plan, { forceZip64 });
        const archive = await openZip(memorySource('x.zip', [bytes]));
        expect([...archive.entries.keys()]).toEqual(plan.map(({ name }) => name));
        for (const { name, parts, how, align } of plan) {
          const entry = archive.entries.get(name)!;
          const content = Buffer.concat(parts);
          expect(entry).toMatchObject({
            size: content.length,
            crc32: crc32(content),
            compression: how === 'deflated' ? 'deflated' : 'stored',
          });
          expect(await contentOf(archive, entry)).toEqual(content);
          if (how === 'deflated') continue;
          const inPlace = Buffer.alloc(content.length);
          await archive.source(entry).readInto(inPlace, 0);
          expect(inPlace).toEqual(content);
          if (content.length > 0 && bytes.indexOf(content) % align !== 0) {
            // The content may stand earlier by chance; then it must also stand at an aligned place.
            let at = bytes.indexOf(content);
            while (at >= 0 && at % align !== 0) at = bytes.indexOf(content, at + 1);
            expect(at).toBeGreaterThanOrEqual(0);
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  it('is the same, byte for byte, whatever the number of threads and the cut into parts', async () => {
    const content = new Uint8Array(2_000_000).map((_, i) => (i * i) >> 7);
    const entry = { name: 'a', how: 'deflated', align: 1 } as const;
    const reference = await written([{ ...entry, parts: [content] }], { threads: 1 });
    const parts: Uint8Array[] = [];
    for (let at = 0; at < content.length; at += 77_777) parts.push(content.subarray(at, at + 77_777));
    for (const threads of [2, 7]) {
      expect((await written([{ ...entry, parts }], { threads })).equals(reference)).toBe(true);
    }
  });

  const words = Buffer.alloc(3_000_000, 'the same words again and again, with a few numbers between: ');
  for (let i = 0; i < words.length; i += 97) words[i] = (i * 7919) >> 5;
  it.each([
    ['words', words],
    ['weights', weights(0)],
    ['weights of which half are pruned one by one', weights(0.5)],
    ['weights of which nine in ten are pruned', weights(0.9)],
    ['weights of which nearly all are pruned', weights(0.99)],
    ['words after weights', Buffer.concat([weights(0.5), words])],
  ])(
    'holds one plain deflate stream per entry, of nearly the size of a single-threaded one: %s',
    async (_, content) => {
      const bytes = await written([{ name: 'a', parts: [content], how: 'deflated', align: 1 }]);
      const archive = await openZip(memorySource('x.zip', [bytes]));
      const start = 30 + 1 + bytes.readUInt16LE(28);
      const raw = bytes.subarray(start, start + archive.entries.get('a')!.compressedSize);
      expect(inflateRawSync(raw).equals(content)).toBe(true);
      expect(raw.length).toBeLessThan(deflateRawSync(content).length * 1.02);
    },
  );
});

/** Four mebibytes of random float32, of which a share is 0. */
function weights(pruned: number): Buffer {
  let state = 1;
  const random = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  const values = Float32Array.from({ length: 1 << 20 }, () => (random() < pruned ? 0 : random() - 0.5));
  return Buffer.from(values.buffer);
}

describe('ZipWriter', () => {
  it('refuses a second entry of the same name, an empty name, and entries after the end', async () => {
    const writer = () => new ZipWriter(async () => undefined);
    const doubled = writer();
    await doubled.addStored('a', []);
    await expect(doubled.addStored('a', [])).rejects.toThrow('there is already an entry called "a"');
    await expect(writer().addStored('', [])).rejects.toThrow('1 to 65535 bytes, found 0');
    const finished = writer();
    await finished.finish();
    await expect(finished.addStored('b', [])).rejects.toThrow('finished');
  });

  it('passes a failure of the sink and of the parts on to the caller', async () => {
    const full = new ZipWriter(async () => {
      throw new Error('disk full');
    });
    await expect(full.addDeflated('a', [new Uint8Array(10)])).rejects.toThrow('disk full');
    const broken = new ZipWriter(async () => undefined);
    const parts = (async function* () {
      yield new Uint8Array(1_000_000);
      throw new Error('no more input');
    })();
    await expect(broken.addDeflated('a', parts)).rejects.toThrow('no more input');
  });
});

describe('openZip', () => {
  const two = () =>
    written([
      { name: 'first', parts: [Buffer.from('one')], how: 'stored', align: 1 },
      { name: 'other', parts: [Buffer.alloc(500, 'two')], how: 'deflated', align: 1 },
    ]);
  const open = (bytes: Uint8Array) => openZip(memorySource('bad.zip', [bytes]));
  const centralHeaders = (bytes: Buffer) => {
    const first = bytes.indexOf('PK\x01\x02');
    return [first, bytes.indexOf('PK\x01\x02', first + 4)] as const;
  };

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['another format', Buffer.from('not a zip archive at all')],
  ])('refuses %s', async (_, bytes) => {
    await expect(open(bytes)).rejects.toThrow(/^bad\.zip: not a readable zip archive: /);
  });

  it('refuses the archive cut off anywhere', async () => {
    const bytes = await two();
    for (let length = 0; length < bytes.length; length++) {
      await expect(open(bytes.subarray(0, length))).rejects.toThrow(/^bad\.zip: /);
    }
  });

  it.each(['../x', '/abcd', 'a\\b', 'C:/xy', 'a/../'].map((name) => [name]))(
    'refuses the path %s',
    async (name) => {
      const bytes = await written([{ name, parts: [Buffer.from('one')], how: 'stored', align: 1 }]);
      await expect(open(bytes)).rejects.toThrow(/^bad\.zip: not a readable zip archive: .*(path|characters)/);
    },
  );

  it('refuses two entries of one name', async () => {
    const bytes = await two();
    bytes.write('first', centralHeaders(bytes)[1] + 46);
    await expect(open(bytes)).rejects.toThrow('two entries are called "first"');
  });

  it('refuses entries that overlap', async () => {
    // The second entry's header stands a second time, in the data of the first.
    const header = Buffer.from(await two()).subarray(30 + 5 + 3);
    const bytes = await written([
      { name: 'first', parts: [header.subarray(0, 55)], how: 'stored', align: 1 },
      { name: 'other', parts: [Buffer.alloc(500, 'two')], how: 'deflated', align: 1 },
    ]);
    bytes.writeUInt32LE(30 + 5, centralHeaders(bytes)[1] + 42);
    await expect(open(bytes)).rejects.toThrow('the entries "first" and "other" overlap');
  });

  it('reads an archive that was written without checksums, as torch.save can', async () => {
    const bytes = await two();
    const [first, other] = centralHeaders(bytes);
    bytes.writeUInt32LE(0, first + 16);
    // The checksum of one entry alone is wrong when it is 0.
    const damaged = await open(bytes).catch(String);
    expect(damaged).toContain('the entry "first" has crc32 0 in the directory');
    bytes.writeUInt32LE(0, other + 16);
    bytes.writeUInt32LE(0, 14);
    const archive = await open(bytes);
    expect((await contentOf(archive, archive.entries.get('first')!)).toString()).toBe('one');
  });

  it('refuses an entry beyond the end of the file', async () => {
    const bytes = await two();
    bytes.writeUInt32LE(bytes.length - 40, centralHeaders(bytes)[1] + 42);
    await expect(open(bytes)).rejects.toThrow(/^bad\.zip: not a readable zip archive: /);
    bytes.writeUInt32LE(0xfffffff0, centralHeaders(bytes)[1] + 42);
    await expect(open(bytes)).rejects.toThrow(/truncated: expected at least \d+ bytes, found \d+/);
  });

  it('refuses encryption and other compression methods', async () => {
    const encrypted = await two();
    encrypted.writeUInt16LE(1, centralHeaders(encrypted)[0] + 8);
    await expect(open(encrypted)).rejects.toThrow('the entry "first" is encrypted');
    const bzip2 = await two();
    bzip2.writeUInt16LE(12, centralHeaders(bzip2)[0] + 10);
    await expect(open(bzip2)).rejects.toThrow('the entry "first" is compressed with method 12');
  });

  // The field of an entry of the directory at `at`, or of the record at its end: damage that yauzl reads past.
  it.each([
    ['an entry', 34, 1, 'the entry "first" is on disk 1, expected 0'],
    ['an entry', 38, 0x10, 'the entry "first" is marked as a folder, but has the name of a file'],
    ['an entry', 9, 0x20, 'the entry "first" is a patch of another file, or its header is masked'],
    ['an entry', 8, 0x20, 'the entry "first" is a patch of another file, or its header is masked'],
    ['an entry', 6, 64, 'the entry "first" needs version 6.4 of the format, expected at most 6.3'],
    ['the end', 6, 1, 'expected one disk, found that it is disk 0 and begins on disk 1'],
    ['the end', 8, 3, 'expected all of its 2 entries on one disk, found 3'],
  ])('refuses %s with byte %i set to %i', async (where, at, value, message) => {
    const bytes = await two();
    const start = where === 'an entry' ? centralHeaders(bytes)[0] : bytes.indexOf('PK\x05\x06');
    bytes[start + at] = value;
    await expect(open(bytes)).rejects.toThrow(`bad.zip: not a readable zip archive: ${message}`);
  });

  it.each([
    ['record', 4, 45, 'expected a zip64 record of 56 bytes, found 57'],
    ['record', 20, 1, 'expected one disk, found that it is disk 0 and begins on disk 1'],
    ['record', 24, 1, 'expected all of its 2 entries on one disk, found 1'],
    ['locator', 4, 1, / of disk 0 of 1, found byte \d+ of disk 1 of 1/],
    ['locator', 16, 2, / of disk 0 of 1, found byte \d+ of disk 0 of 2/],
    ['end', 8, 1, 'its end has 65281 entries on the disk, the zip64 record before it 2'],
    ['end', 16, 9, /its end has \d+ as the directory's first byte, the zip64 record before it \d+/],
  ])('refuses a zip64 %s with byte %i set to %i', async (where, at, value, message) => {
    const bytes = await written(
      [
        { name: 'one', parts: [Buffer.from('1')], how: 'stored', align: 1 },
        { name: 'two', parts: [], how: 'stored', align: 1 },
      ],
      { forceZip64: true },
    );
    await expect(open(bytes)).resolves.toBeDefined();
    bytes[bytes.indexOf({ record: 'PK\x06\x06', locator: 'PK\x06\x07', end: 'PK\x05\x06' }[where]!) + at] =
      value;
    await expect(open(bytes)).rejects.toThrow(message);
  });

  it('refuses a claimed length that deflate cannot reach', async () => {
    const bytes = await two();
    bytes.writeUInt32LE(1_000_000_000, centralHeaders(bytes)[1] + 24);
    await expect(open(bytes)).rejects.toThrow('the entry "other" claims 1000000000 bytes, too many for its');
  });

  it.each([
    ['more', 499, 'expected 499 bytes, found more'],
    ['far more', 9, 'expected 9 bytes, found more'],
    ['less', 501, 'expected 501 bytes, found 500'],
  ])('refuses content of %s bytes than declared', async (_, claimed, message) => {
    const bytes = await two();
    bytes.writeUInt32LE(claimed, centralHeaders(bytes)[1] + 24);
    const archive = await open(bytes);
    await expect(contentOf(archive, archive.entries.get('other')!)).rejects.toThrow(
      `bad.zip: the entry "other" is damaged: ${message}`,
    );
  });

  it('inflates no more than a byte beyond what an entry declares', async () => {
    const bytes = await two();
    bytes.writeUInt32LE(9, centralHeaders(bytes)[1] + 24);
    const archive = await open(bytes);
    await expect(contentOf(archive, archive.entries.get('other')!)).rejects.toMatchObject({
      cause: { code: 'ERR_BUFFER_TOO_LARGE' }, // zlib's own, which stops there
    });
  });

  it('inflates an entry that is too long for one array piece by piece', async () => {
    const size = (1 << 26) + 5;
    const bytes = await written([{ name: 'a', parts: [new Uint8Array(size)], how: 'deflated', align: 1 }]);
    const archive = await openZip(memorySource('x.zip', [bytes]));
    let [seen, largest] = [0, 0];
    for await (const piece of archive.read(archive.entries.get('a')!)) {
      seen += piece.length;
      largest = Math.max(largest, piece.length);
    }
    expect(seen).toBe(size);
    expect(largest).toBeLessThanOrEqual(1 << 20);
  });

  it('shows a stored entry in place only where its checksum is right', async () => {
    const bytes = await two();
    const archive = await open(bytes);
    const [first, other] = [...archive.entries.values()] as [ZipEntry, ZipEntry];
    expect(Buffer.from(archive.view(first)!).toString()).toBe('one');
    expect(archive.view(first)!.buffer).toBe(bytes.buffer);
    expect(archive.view(other)).toBeUndefined();
    bytes[bytes.indexOf('one')] = 0;
    expect(() => archive.view(first)).toThrow('bad.zip: the entry "first" is damaged: its checksum');
  });

  it('never returns other content than was written when one byte of the archive differs', async () => {
    const bytes = await two();
    const expected = { first: Buffer.from('one'), other: Buffer.alloc(500, 'two') };
    for (let at = 0; at < bytes.length; at++) {
      const damaged = Buffer.from(bytes);
      damaged[at]! ^= 1 << (at % 8);
      try {
        const archive = await open(damaged);
        for (const entry of archive.entries.values()) {
          const content = await contentOf(archive, entry);
          if (entry.name in expected) expect(content).toEqual(expected[entry.name as 'first' | 'other']);
        }
      } catch (error) {
        expect(String(error)).toContain('Error: bad.zip: ');
      }
    }
  });

  it('reads entries of an archive that lies in memory in pieces', async () => {
    const bytes = await two();
    const pieces: Uint8Array[] = [];
    for (let at = 0; at < bytes.length; at += 7) pieces.push(bytes.subarray(at, at + 7));
    const archive = await openZip(memorySource('x.zip', pieces));
    expect(await contentOf(archive, archive.entries.get('other')!)).toEqual(Buffer.alloc(500, 'two'));
  });

  it('refuses to read past the end of a stored entry', async () => {
    const archive = await open(await two());
    const source = archive.source(archive.entries.get('first')!);
    await expect(source.readInto(new Uint8Array(2), 2)).rejects.toThrow(
      'bad.zip: the entry "first" is too short: expected at least 4 bytes, found 3',
    );
    expect(() => archive.source(archive.entries.get('other')!)).toThrow('the entry "other" is compressed');
  });
});

import { execFileSync } from 'node:child_process';
import { gzipSync } from 'node:zlib';
import { bombs } from './bombs.js';
import { calls } from './calls.js';
import { npyFile, zipOf } from './files.js';

/** What a command reads. */
export type InputKind = 'model' | 'rows' | 'processed' | 'dayCounts' | 'dictionaries' | 'csv' | 'json';

/** A file that a command must refuse, or read within its limits. */
export interface HostileInput {
  /** What it does. */
  name: string;
  /** With the dot. */
  extension: string;
  /** Its contents; undefined for one that is not a regular file. */
  make?: () => Buffer;
  /** Makes what is not a regular file at `path`. */
  makeAt?: (path: string) => void;
}

const pipe: HostileInput = {
  name: 'a pipe that nobody writes',
  extension: '',
  makeAt: (path) => execFileSync('mkfifo', [path]),
};

const file = (name: string, extension: string, make: () => Buffer): HostileInput => ({
  name,
  extension,
  make,
});

/** `size`: about the bytes of each; of text, which compresses, and of CSVs several hundred times as many. */
export function hostileInputs(kind: InputKind, size: number): HostileInput[] {
  const extensions = {
    ...{ model: '.ckpt', rows: '.txt', processed: '.npz', dayCounts: '.npz', dictionaries: '.npz' },
    ...{ csv: '.csv', json: '.json' },
  };
  const extension = extensions[kind];
  const makers = { model, rows, csv, json, processed: arrays, dayCounts: arrays, dictionaries: arrays };
  return [
    { ...pipe, extension },
    file('nothing', extension, () => Buffer.alloc(0)),
    file('bytes that mean nothing', extension, () => Buffer.alloc(size, 'any bytes')),
    ...makers[kind](size),
  ];
}

function model(size: number): HostileInput[] {
  // A function in each way of a pickle; hostileCalls has the other functions.
  const called = calls('/nonexistent/canary').slice(0, 6);
  return [
    ...called.map(({ name, file: bytes }) => file(name, '.ckpt', () => bytes)),
    ...bombs(size).map(({ name, extension, make }) => file(name, `.${extension}`, make)),
  ];
}

function rows(size: number): HostileInput[] {
  const long = 200 * size;
  const tabs = () => Buffer.alloc(long, '\t');
  const lines = (line: string) => Buffer.alloc(long - (long % line.length), line);
  return [
    file('tabs without a line end', '.txt', tabs),
    file('tabs without a line end, in gzip', '.txt.gz', () => gzipSync(tabs())),
    file('tabs without a line end, in zip', '.zip', () => zipOf({ 'train.txt': tabs() }, { deflated: true })),
    file('tabs without a line end, in tar and gzip', '.tar.gz', () => gzipSync(tarOf('train.txt', tabs()))),
    file('one cell', '.txt', () => Buffer.alloc(long, 'a')),
    file('one cell, in gzip', '.txt.gz', () => gzipSync(Buffer.alloc(long, 'a'))),
    file('a quote that does not end, in gzip', '.csv.gz', () => gzipSync(Buffer.alloc(long, '"a,\n"'))),
    file('commas without a line end, in gzip', '.csv.gz', () => gzipSync(Buffer.alloc(long, ','))),
    file('line ends alone', '.txt', () => lines('\n')),
    file('line ends alone, in gzip', '.txt.gz', () => gzipSync(lines('\n'))),
    file('carriage returns alone, in gzip', '.txt.gz', () => gzipSync(lines('\r'))),
    file('NUL alone, in gzip', '.txt.gz', () => gzipSync(Buffer.alloc(long))),
    file('half of a UTF-16 text', '.txt', () =>
      Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.alloc(size + 1, 9)]),
    ),
    file('a number of a million digits', '.txt', () =>
      Buffer.from(`0\t${'9'.repeat(size)}${'\t1'.repeat(12)}${'\tab'.repeat(26)}\n`),
    ),
    file('a category of a million digits', '.txt', () =>
      Buffer.from(`0${'\t1'.repeat(13)}\t${'a'.repeat(size)}${'\tab'.repeat(25)}\n`),
    ),
    file('gzip in gzip in gzip', '.txt.gz', () => gzipSync(gzipSync(gzipSync(tabs())))),
    file('a gzip cut off', '.txt.gz', () => gzipSync(lines('0\t1\n')).subarray(0, -9)),
    file('a gzip of very many empty members', '.txt.gz', () =>
      Buffer.alloc(size - (size % 20), gzipSync('')),
    ),
    file('a Zstandard frame that claims 2^60 bytes', '.txt.zst', () =>
      Buffer.from('28b52ffde000000000000000100d000000', 'hex'),
    ),
    file('a Zstandard window of 2^41 bytes', '.txt.zst', () => Buffer.from('28b52ffd00f8010000', 'hex')),
    file('a tar whose names are very long', '.tar.gz', () => gzipSync(longNameTar(long))),
    file('a tar of very many empty files', '.tar.gz', () =>
      gzipSync(Buffer.alloc(long - (long % 512), tarHeader('a', 0))),
    ),
    file('a zip of thirty thousand files', '.zip', () =>
      zipOf(Object.fromEntries(Array.from({ length: 30_000 }, (_, i) => [`${i}.txt`, Buffer.alloc(0)]))),
    ),
  ];
}

function arrays(size: number): HostileInput[] {
  const names = ['X_int', 'X_cat', 'y', 'counts', 'day_count', 'total_file'];
  const npz = (describe: (name: string) => string, data: Buffer, deflated = false) =>
    zipOf(Object.fromEntries(names.map((name) => [`${name}.npy`, npyFile(describe(name), data)])), {
      deflated,
    });
  const array = (shape: string, type = '<i4') =>
    `{'descr': '${type}', 'fortran_order': False, 'shape': (${shape}), }`;
  const ofBombs = bombs(size).filter(({ extension }) => extension === 'npz');
  return [
    ...ofBombs.map(({ name, make }) => file(name, '.npz', make)),
    file('arrays of 2^40 rows', '.npz', () =>
      npz((name) => array(name.startsWith('X') ? '1099511627776, 26' : '1099511627776,'), Buffer.alloc(16)),
    ),
    file('arrays of 2^62 rows of nothing', '.npz', () =>
      npz((name) => array(name.startsWith('X') ? '4611686018427387904, 0' : '0,'), Buffer.alloc(0)),
    ),
    file('arrays of very many zeros, deflated', '.npz', () =>
      npz(
        (name) => array(name === 'X_int' ? `${size}, 13` : name === 'X_cat' ? `${size}, 26` : `${size},`),
        Buffer.alloc(26 * 4 * size),
        true,
      ),
    ),
    file('headers as long as the file', '.npz', () =>
      npz(
        () => `{'descr': '<i4', 'fortran_order': False, 'shape': (${'1, '.repeat(20_000)}), }`,
        Buffer.alloc(4),
      ),
    ),
    file('brackets as long as a header', '.npz', () => npz(() => '('.repeat(60_000), Buffer.alloc(4))),
    file('arrays of objects', '.npz', () =>
      npz(() => array('1,', '|O'), Buffer.from('cos\nsystem\n(S"true"\ntR.')),
    ),
    file('arrays of text', '.npz', () => npz(() => array('1,', '<U1000000000'), Buffer.alloc(16))),
    file('negative shapes', '.npz', () => npz(() => array('-1, -26'), Buffer.alloc(16))),
    file('infinite numbers', '.npz', () =>
      npz(
        (name) => array(name.startsWith('X') ? '1, 26' : '1,', '<f8'),
        Buffer.alloc(208, new Uint8Array([0, 0, 0, 0, 0, 0, 0xf0, 0x7f])),
      ),
    ),
    file('counts of 2^31 ids', '.npz', () =>
      npz(
        (name) => array(name.startsWith('X') ? '1, 26' : '26,'),
        Buffer.alloc(104, new Uint8Array([255, 255, 255, 127])),
      ),
    ),
  ];
}

function csv(size: number): HostileInput[] {
  const long = 200 * size;
  const head = 'norm,sparse_block_shape,sparsity_level,step_time_sec,zip_file_size,path,bytes\n';
  const csvOf = (name: string, make: () => Buffer) => file(name, '.csv', make);
  const withHead = (text: string) => Buffer.from(head + text);
  return [
    csvOf('one line', () => Buffer.alloc(long, 'a')),
    csvOf('commas alone', () => Buffer.alloc(16 * size, ',')),
    csvOf('line ends alone', () => Buffer.alloc(16 * size, '\n')),
    csvOf('a quote that does not end', () => withHead(`"${'a'.repeat(16 * size)}`)),
    csvOf('quotes alone', () => Buffer.alloc(16 * size, '"')),
    csvOf('a cell of many megabytes', () => withHead(`L1,"(1, 1)",0.5,1,1,${'a'.repeat(8 * size)},1\n`)),
    csvOf('a number of a million digits', () => withHead(`L1,"(1, 1)",0.${'5'.repeat(size)},1,1,a,1\n`)),
    csvOf('very many rows', () => withHead('L1,"(1, 1)",0.5,1,1,a,1\n'.repeat(size / 7))),
    csvOf('very many columns', () =>
      Buffer.from(`${Array.from({ length: size }, (_, i) => `c${i}`).join(',')}\n`),
    ),
    csvOf('names of the prototype', () => Buffer.from('__proto__,constructor,toString\n1,2,3\n')),
    csvOf('NUL alone', () => Buffer.alloc(size)),
  ];
}

function json(size: number): HostileInput[] {
  const jsonOf = (name: string, make: () => Buffer) => file(name, '.json', make);
  return [
    jsonOf('brackets alone', () => Buffer.alloc(size, '[')),
    jsonOf('brackets that end', () => Buffer.from('['.repeat(size / 2) + ']'.repeat(size / 2))),
    jsonOf('objects as deep as it is long', () =>
      Buffer.from(`${'{"a":'.repeat(size / 8)}1${'}'.repeat(size / 8)}`),
    ),
    jsonOf('a number of a million digits', () =>
      Buffer.from(`{"settings":{"rows":${'9'.repeat(size - 100)}}}`),
    ),
    jsonOf('hundreds of megabytes', () => Buffer.alloc(200 * size, ' ')),
    jsonOf('the prototype', () =>
      Buffer.from('{"__proto__":{"settings":1},"settings":null,"machine":[],"notes":5}'),
    ),
  ];
}

function tarHeader(name: string, length: number, type = '0'): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 0);
  header.write('0000644\0', 100);
  header.write(`${length.toString(8).padStart(11, '0')}\0`, 124);
  header.write(type, 156);
  header.write('ustar\x0000', 257);
  header.fill(' ', 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}

const padded = (data: Buffer) => Buffer.concat([data, Buffer.alloc((512 - (data.length % 512)) % 512)]);

function tarOf(name: string, data: Buffer): Buffer {
  return Buffer.concat([tarHeader(name, data.length), padded(data), Buffer.alloc(1024)]);
}

/** A file whose name is `length` bytes, in an entry of GNU tar before it. */
function longNameTar(length: number): Buffer {
  const name = padded(Buffer.alloc(length, 'a'));
  return Buffer.concat([tarHeader('././@LongLink', length, 'L'), name, tarOf('a', Buffer.from('0\t1\n'))]);
}

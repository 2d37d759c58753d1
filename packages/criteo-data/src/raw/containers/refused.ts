import { startsWith, type Container } from './container.js';

/** Advises a program that unpacks a file to a pipe. */
export function readWith(program: string, name: string): string {
  return `instead: ${program} ${name} | criteo-data preprocess --raw-data-file - ...`;
}

const toCsv = (read: string) => (name: string) =>
  `instead: python -c "import pandas; pandas.${read}('${name}').to_csv('rows.csv', index=False)"`;

const formats: readonly { id: string; start: string; instead: (name: string) => string }[] = [
  { id: 'a bzip2 file', start: 'BZh', instead: (name) => readWith('bzcat', name) },
  { id: 'an xz file', start: '\xfd7zXZ\0', instead: (name) => readWith('xzcat', name) },
  { id: 'an LZ4 file', start: '\x04\x22\x4d\x18', instead: (name) => readWith('lz4cat', name) },
  { id: 'a 7z archive', start: "7z\xbc\xaf'\x1c", instead: (name) => readWith('7z x -so', name) },
  { id: 'a RAR archive', start: 'Rar!\x1a\x07', instead: (name) => readWith('unrar p -inul', name) },
  { id: 'a Parquet file', start: 'PAR1', instead: toCsv('read_parquet') },
  { id: 'an ORC file', start: 'ORC', instead: toCsv('read_orc') },
  { id: 'an Arrow (Feather) file', start: 'ARROW1', instead: toCsv('read_feather') },
  { id: 'an HDF5 file', start: '\x89HDF\r\n\x1a\n', instead: toCsv('read_hdf') },
  { id: 'an array of NumPy', start: '\x93NUMPY', instead: () => 'expected rows of text' },
];

// A column of a table may be called ORCID.
function isNoText(byte: number): boolean {
  return byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d;
}

/** Formats that are told from rows and not read. */
export const refusedFormats: readonly Container[] = formats.map(({ id, start, instead }) => ({
  id,
  isStart: (bytes) => startsWith(bytes, start) && bytes.some(isNoText),
  open: async ({ name }) => {
    throw new Error(`${name}: ${id}, which is not read; ${instead(name)}`);
  },
}));

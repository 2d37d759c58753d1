export { beginWhole, writeError, writeWhole, type UnfinishedFile } from './write-whole.js';
export { partPath, partOfPath } from './part-path.js';
export { appendTo } from './append-to.js';
export { gatherTo } from './gather-to.js';
export { crc32Combine } from './crc32-combine.js';
export { ZipWriter, type ZipParts } from './zip-writer.js';
export { pullBytes } from './pull-bytes.js';
export { openZip, type ZipArchive, type ZipEntry } from './open-zip.js';
export { fileSource, memorySource, type ByteSource, type FileSource } from './byte-source.js';

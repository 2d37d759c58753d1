export { writeWhole } from './write-whole.js';
export { ZipWriter } from './zip-writer.js';
export { openZip, type ZipArchive, type ZipEntry } from './open-zip.js';
export { fileSource, memorySource, type ByteSource } from './byte-source.js';

import type { Container } from './container.js';
import { gzip } from './gzip.js';
import { refusedFormats } from './refused.js';
import { tar } from './tar.js';
import { zip } from './zip.js';
import { zstandard } from './zstandard.js';

/** The formats that are recognised by their first bytes. */
export const containers: readonly Container[] = [gzip, zip, tar, zstandard, ...refusedFormats];

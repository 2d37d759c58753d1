import { forwardSection } from './forward/forward-section.js';
import { memorySection } from './memory/memory-section.js';
import { qualitySection } from './quality/quality-section.js';
import type { ReadSection, ReportInputs, Section } from './section.js';
import { sizeSection } from './size/size-section.js';

/** The sections of the report, in order. */
export const sections: readonly Section[] = [sizeSection, qualitySection, forwardSection, memorySection];

/**
 * Reads the results files of one run. Only the metadata file is required; sections without a file are left out of the
 * report.
 *
 * @throws Error naming the file, line and column if a given file cannot be read, is not such a file, or has two rows for
 *   one model.
 */
export async function readSections(inputs: ReportInputs): Promise<ReadSection[]> {
  const read: ReadSection[] = [];
  for (const section of sections) {
    const csvPath = inputs[section.needs];
    read.push({ section, rows: csvPath === undefined ? undefined : await section.read(csvPath) });
  }
  return read;
}

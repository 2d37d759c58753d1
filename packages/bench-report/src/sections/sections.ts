import { activationsSection } from './activations/activations-section.js';
import { forwardSection } from './forward/forward-section.js';
import { frontierSection } from './frontier/frontier-section.js';
import { memorySection } from './memory/memory-section.js';
import { qualitySection } from './quality/quality-section.js';
import type { ReadSection, ReportInputs, Section } from './section.js';
import { sizeSection } from './size/size-section.js';

/** The sections of the report, in its order. */
function sectionsFor(maxAucLoss: number): Section[] {
  return [
    sizeSection,
    frontierSection(maxAucLoss),
    qualitySection,
    forwardSection,
    memorySection,
    activationsSection,
  ];
}

/**
 * Reads the results files of one run. Only the metadata file is required; sections without a file are left out of the
 * report.
 *
 * @param settings `maxAucLoss`: share of its ROC AUC that the smallest model may lose
 * @throws Error naming the file, line and column if a given file cannot be read, is not such a file, or has two rows for
 *   one model.
 */
export async function readSections(
  inputs: ReportInputs,
  { maxAucLoss = 0.001 }: { maxAucLoss?: number | undefined } = {},
): Promise<ReadSection[]> {
  const read: ReadSection[] = [];
  for (const section of sectionsFor(maxAucLoss)) {
    const csvPath = inputs[section.needs];
    if (csvPath === undefined && section.missing === undefined) continue;
    read.push({ section, rows: csvPath === undefined ? undefined : await section.read(csvPath) });
  }
  return read;
}

/** The ids of the charts that a report may have. */
export const chartIds: readonly string[] = sectionsFor(0).flatMap((section) => section.chartIds);

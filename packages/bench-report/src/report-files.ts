import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readText } from '@ds/files';
import { chartMark } from './drawing/finish-svg.js';
import { reportFormats } from './formats/report-formats.js';
import { chartIds } from './sections/sections.js';

/** The files that reports have in their folder: their names, and what tells each from another file of that name. */
const reportFiles: readonly { fileName: string; mark: RegExp }[] = [
  ...reportFormats,
  ...chartIds.map((id) => ({ fileName: chartFileName(id), mark: chartMark(id) })),
];

// Far more than the report of any grid.
const mostReportBytes = 1 << 28;

/** The file of a chart in the folder of a report. */
export function chartFileName(id: string): string {
  return `${id}.svg`;
}

/** The paths of all files that a report of any format may have in a folder. */
export function pathsOfReports(folder: string): string[] {
  return reportFiles.map(({ fileName }) => join(folder, fileName));
}

/** Removes the files of an earlier report that this one did not write again; files that no report wrote stay. */
export async function removeEarlierReport(folder: string, written: readonly string[]): Promise<void> {
  for (const { fileName, mark } of reportFiles) {
    const path = join(folder, fileName);
    if (written.includes(path)) continue;
    const text = await readText(path, { mostBytes: mostReportBytes }).catch(() => '');
    if (mark.test(text)) await rm(path);
  }
}

import { htmlFormat } from './html-format.js';
import { jsonFormat } from './json-format.js';
import { latexFormat } from './latex-format.js';
import { markdownFormat } from './markdown-format.js';
import type { ReportFormat } from './report-format.js';

/** Every format for reports, the default first. */
export const reportFormats: readonly ReportFormat[] = [htmlFormat, jsonFormat, markdownFormat, latexFormat];

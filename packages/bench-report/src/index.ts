/**
 * Charts and a self-contained HTML report from the results of the data sparsifier benchmark.
 *
 * @module @ds/bench-report
 */
export { compareRuns, type ComparedFigure, type RunComparison } from './compare/compare-runs.js';
export { createReport, type Report } from './create-report.js';
export { mergeResults } from './runs/merge-results.js';
export { describeMachine, type Machine } from './runs/machine.js';
export { readRunInfo, type RunInfo } from './runs/run-info.js';

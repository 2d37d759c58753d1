export {
  benchCommand,
  dumpedModels,
  expectError,
  originalData,
  originalModel,
  originalRun,
  writeDataWithIds,
  type BenchCommand,
  type DumpedModels,
} from './bench-command.js';
export { builtFile } from './built-file.js';
export { killOnceJournalled } from './kill-once-journalled.js';
export { findBrowser } from './browser.js';
export { modelReaderTests } from './model-reader-tests.js';
export { asTorchRec, withQuotientRemainder } from './other-forms.js';
export { temporaryFolder } from './temporary-folder.js';

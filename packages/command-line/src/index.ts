export { createProgram, refuseUsage, runProgram } from './program.js';
export { givenFlags } from './config.js';
export {
  parseBetween,
  parseBy,
  parseBytes,
  parseChoice,
  parseCount,
  parseList,
  parseNumber,
  parsePositive,
} from './options/option-values.js';
export {
  benchEngineOption,
  createBenchProgram,
  dayCountsOf,
  madeFromOf,
  modelsAndDataOptions,
} from './bench-program.js';
export { methodsOption, scopeOption, settingOption } from './options/setting-option.js';
export { printResult } from './print-result.js';
export {
  dayCountsOption,
  freshOption,
  jsonOption,
  tableOption,
  threadsOption,
  quietOption,
} from './options/shared-options.js';
export { createProgress, withProgress, type Progress } from './progress.js';
export { Command, Option } from 'commander';

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
} from './option-values.js';
export {
  benchEngineOption,
  createBenchProgram,
  dayCountsOf,
  madeFromOf,
  modelsAndDataOptions,
} from './bench-program.js';
export { methodsOption, scopeOption, settingOption } from './setting-option.js';
export { printResult } from './print-result.js';
export {
  dayCountsOption,
  freshOption,
  jsonOption,
  tableOption,
  threadsOption,
  quietOption,
} from './shared-options.js';
export { createProgress, withProgress, type Progress } from './progress.js';
export { Command, Option } from 'commander';

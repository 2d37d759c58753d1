export { createProgram, refuseUsage, runProgram } from './program.js';
export {
  parseBetween,
  parseBy,
  parseBytes,
  parseChoice,
  parseCount,
  parseList,
  parseNumber,
} from './option-values.js';
export { createBenchProgram, dayCountsOf, modelsAndDataOptions, benchEngineOption } from './bench-program.js';
export { methodsOption, scopeOption, settingOption } from './setting-option.js';
export { dayCountsOption, freshOption, tableOption, threadsOption, quietOption } from './shared-options.js';
export { createProgress, withProgress, type Progress } from './progress.js';
export { Command, Option } from 'commander';

export { createProgram, runProgram } from './program.js';
export { parseBytes, parseCount, parseNumber, parseChoice, parseList } from './option-values.js';
export { createBenchProgram, dayCountsOf, modelsAndDataOptions, benchEngineOption } from './bench-program.js';
export { methodsOption, scopeOption, settingOption } from './setting-option.js';
export { dayCountsOption, freshOption, threadsOption, quietOption } from './shared-options.js';
export { createProgress, withProgress, type Progress } from './progress.js';
export { Command, InvalidArgumentError, Option } from 'commander';

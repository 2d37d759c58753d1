export { createProgram, runProgram } from './program.js';
export { parseCount, parseNumber, parseChoice, parseList } from './option-values.js';
export { createProgress, type Progress } from './progress.js';
export { Command, Option } from 'commander';

import { createProgram, runProgram } from '@ds/command-line';
const program = createProgram({ name: 'criteo-data', description: 'x', version: '0', example: 'x' });
await runProgram(program);

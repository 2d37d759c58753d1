#!/usr/bin/env node
import { createProgram, runProgram } from '@ds/command-line';
import packageJson from '../package.json' with { type: 'json' };
import { addConvertCommand } from './commands/convert.js';
import { addEnginesCommand } from './commands/engines.js';
import { addEvaluateCommand } from './commands/evaluate.js';
import { addExportCommand } from './commands/export.js';
import { addPredictCommand } from './commands/predict.js';
import { addTrainCommand } from './commands/train.js';

const program = createProgram({
  name: 'dlrm',
  description: packageJson.description,
  version: packageJson.version,
  example: [
    'dlrm train --processed-data-file kaggleAdDisplayChallenge_processed.npz --save-model criteo_model.ckpt',
    'dlrm evaluate --processed-data-file kaggleAdDisplayChallenge_processed.npz --model-path criteo_model.ckpt',
  ].join('\n'),
});
addTrainCommand(program);
addEvaluateCommand(program);
addPredictCommand(program);
addConvertCommand(program);
addExportCommand(program);
addEnginesCommand(program);
await runProgram(program);

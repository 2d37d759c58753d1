import { serveTasks } from '@ds/threads';
import { buffersOf, runStage, type StageInput } from './preprocess/pieces/piece-stages.js';

serveTasks((input: StageInput) => {
  const output = runStage(input);
  return { output, transfer: buffersOf(output) };
});

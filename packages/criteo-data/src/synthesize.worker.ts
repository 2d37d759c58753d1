import { serveTasks } from '@ds/threads';
import { synthesizeBlock, type BlockRequest } from './synthesize/row-block.js';

serveTasks((request: BlockRequest) => {
  const output = synthesizeBlock(request);
  return { output, transfer: [output.buffer] };
});

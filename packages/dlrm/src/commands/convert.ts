import { quietOption, type Command } from '@ds/command-line';
import { loadCheckpoint, saveCheckpoint, type CheckpointMetadata } from '@ds/tensor-files';
import { expectCheckpointOutput } from './expect-output.js';

/** `dlrm convert`: a checkpoint's tensors in another format. */
export function addConvertCommand(program: Command): void {
  program
    .command('convert')
    .description('write the tensors of a checkpoint in another format')
    .requiredOption(
      '--model-path <path>',
      'checkpoint: .ckpt, .pt, .pth, .safetensors, .npz, or one in a .zip',
    )
    .requiredOption('--output <path>', 'checkpoint to write: .ckpt, .pt, .pth, .safetensors or .npz')
    .addOption(quietOption())
    .action(async ({ modelPath, output, quiet }: { modelPath: string; output: string; quiet?: boolean }) => {
      expectCheckpointOutput(output, { inputs: [modelPath] });
      let metadata: CheckpointMetadata = {};
      const stateDict = await loadCheckpoint(modelPath, {
        names: 'plain',
        onNote: (note) => void (!quiet && process.stderr.write(`${note}\n`)),
        onMetadata: (found) => void (metadata = found),
      });
      await saveCheckpoint(output, stateDict, { metadata });
      if (!quiet) process.stderr.write(`wrote ${Object.keys(stateDict).length} tensors to ${output}\n`);
    });
}

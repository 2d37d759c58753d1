import { quietOption, type Command } from '@ds/command-line';
import { checkOutputs } from '@ds/files';
import { loadCheckpoint, saveCheckpoint, type CheckpointMetadata } from '@ds/tensor-files';
import { modelStateOf } from '../models/dlrm/load-model-state.js';
import { flagsMetadata, type ModelFlags } from '../models/dlrm/model-flags.js';
import { parseCheckpointPath } from './parse-checkpoint-path.js';
import { archInteractionOpOption, qrOperationOption } from './shared-options.js';

interface ConvertOptions extends ModelFlags {
  modelPath: string;
  output: string;
  quiet?: boolean;
}

/** `dlrm convert`: a checkpoint's tensors in another format; flags that are given are written into it. */
export function addConvertCommand(program: Command): void {
  program
    .command('convert')
    .description('write the tensors of a checkpoint in another format')
    .requiredOption(
      '--model-path <path>',
      'checkpoint: .ckpt, .pt, .pth, .safetensors, .npz, or one in a .zip',
    )
    .requiredOption(
      '--output <path>',
      'checkpoint to write: .ckpt, .pt, .pth, .safetensors or .npz',
      parseCheckpointPath,
    )
    .addOption(archInteractionOpOption())
    .addOption(qrOperationOption())
    .addOption(quietOption())
    .action(async ({ modelPath, output, quiet, ...flags }: ConvertOptions) => {
      checkOutputs({ inputs: [modelPath], outputs: [output] });
      let metadata: CheckpointMetadata = {};
      const stateDict = await loadCheckpoint(modelPath, {
        names: 'plain',
        onNote: (note) => void (!quiet && process.stderr.write(`${note}\n`)),
        onMetadata: (found) => void (metadata = found),
      });
      const given = flagsMetadata(flags);
      if (Object.keys(given).length > 0) {
        // A flag that does not fit would make the file one that no command reads.
        await modelStateOf(stateDict, { source: `${modelPath}: ${flagsText(given)}`, metadata, ...flags });
      }
      await saveCheckpoint(output, stateDict, { metadata: { ...metadata, ...given } });
      if (!quiet) process.stderr.write(`wrote ${Object.keys(stateDict).length} tensors to ${output}\n`);
    });
}

/** Flags as they are given. */
function flagsText(flags: CheckpointMetadata): string {
  return Object.entries(flags)
    .map(([name, value]) => `--${name.replaceAll('_', '-')} ${value}`)
    .join(' ');
}

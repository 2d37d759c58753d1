import { quietOption, type Command } from '@ds/command-line';
import { checkOutputs } from '@ds/files';
import { Dlrm } from '../models/dlrm/dlrm.js';
import { exportOnnx } from '../engines/onnx/graph/export-onnx.js';
import type { ModelFlags } from '../models/dlrm/model-flags.js';
import { archInteractionOpOption, qrOperationOption } from './shared-options.js';

interface ExportOptions extends ModelFlags {
  modelPath: string;
  output: string;
  quiet?: boolean;
}

/** `dlrm export`: a checkpoint as an ONNX model for inference. */
export function addExportCommand(program: Command): void {
  program
    .command('export')
    .description('write a checkpoint as an ONNX model: inputs dense and ids, output probabilities')
    .requiredOption(
      '--model-path <path>',
      'checkpoint: .ckpt, .pt, .pth, .safetensors, .npz, or one in a .zip',
    )
    .requiredOption('--output <path>', 'ONNX file to write; values of more than 1 GiB go to <path>.data')
    .addOption(archInteractionOpOption())
    .addOption(qrOperationOption())
    .addOption(quietOption())
    .action(async ({ modelPath, output, quiet, ...flags }: ExportOptions) => {
      checkOutputs({ inputs: [modelPath], outputs: [output, `${output}.data`] });
      const model = await Dlrm.load(modelPath, {
        ...flags,
        onNote: (note) => void (!quiet && process.stderr.write(`${note}\n`)),
      });
      const written = await exportOnnx({ model, output });
      await model.dispose();
      if (!quiet) process.stderr.write(`wrote ${written.join(' and ')}\n`);
    });
}

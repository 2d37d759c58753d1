import { Option, parseChoice } from '@ds/command-line';
import { engineChoices, type EngineChoice } from '../engines/open-engine.js';
import { flagValues, type ModelFlags } from '../models/dlrm/model-flags.js';

/** Options of several commands. */
export interface SharedOptions extends ModelFlags {
  engine: EngineChoice;
  quiet?: boolean;
}

/** `--arch-interaction-op` of every command that reads a checkpoint. */
export function archInteractionOpOption(): Option {
  return new Option(
    '--arch-interaction-op <op>',
    'the interaction of the model, if its sizes do not determine it',
  ).choices(flagValues.archInteractionOp);
}

/** `--qr-operation` of every command that reads a checkpoint. */
export function qrOperationOption(): Option {
  return new Option(
    '--qr-operation <operation>',
    'how the two rows of a quotient-remainder table are combined, if its sizes do not determine it',
  ).choices(flagValues.qrOperation);
}

export function engineOption(): Option {
  return new Option('--engine <engine>', `what runs the network: ${engineChoices.join(', ')}`)
    .argParser(parseChoice(engineChoices))
    .default('auto');
}

import { Option, parseChoice } from '@ds/command-line';
import { engineChoices, type EngineChoice } from '../engines/open-engine.js';
import { flagValues, type ModelFlags } from '../models/dlrm/model-flags.js';

/** Options that several commands have. */
export interface SharedOptions extends ModelFlags {
  engine: EngineChoice;
  quiet?: boolean;
}

/** `--arch-interaction-op` of every command that reads a checkpoint. */
export function archInteractionOpOption(): Option {
  return new Option(
    '--arch-interaction-op <op>',
    'how the vectors of the model meet, if its sizes do not show it',
  ).choices(flagValues.archInteractionOp);
}

/** `--qr-operation` of every command that reads a checkpoint. */
export function qrOperationOption(): Option {
  return new Option(
    '--qr-operation <operation>',
    'how the two rows of a quotient-remainder table become one, if its sizes do not show it',
  ).choices(flagValues.qrOperation);
}

export function engineOption(): Option {
  return new Option('--engine <engine>', `what computes: ${engineChoices.join(', ')}`)
    .argParser(parseChoice(engineChoices))
    .default('auto');
}

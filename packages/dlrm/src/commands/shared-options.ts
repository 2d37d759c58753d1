import { Option, parseChoice } from '@ds/command-line';
import { engineChoices, type EngineChoice } from '../engines/open-engine.js';

/** Options that several commands have. */
export interface SharedOptions {
  engine: EngineChoice;
  quiet?: boolean;
}

export function engineOption(): Option {
  return new Option('--engine <engine>', `what computes: ${engineChoices.join(', ')}`)
    .argParser(parseChoice(engineChoices))
    .default('auto');
}

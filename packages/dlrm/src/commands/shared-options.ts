import { Option, parseChoice } from '@ds/command-line';
import { engineChoices, type EngineChoice } from '../engines/open-engine.js';
import type { EngineDescription } from '../engines/engine.js';

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

/** Which engine a model got, and why, in one line. */
export function engineLine({ name, device, library, reason }: EngineDescription): string {
  return `engine ${name}:${device} (${library}): ${reason}`;
}

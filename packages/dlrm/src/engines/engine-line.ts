import type { EngineDescription } from './engine.js';

/** One line that says which engine a model uses, and why. */
export function engineLine({ name, device, library, reason }: EngineDescription): string {
  return `engine ${name}:${device} (${library}): ${reason}`;
}

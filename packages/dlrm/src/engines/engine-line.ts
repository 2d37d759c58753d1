import type { EngineDescription } from './engine.js';

/** Which engine a model got, and why, in one line. */
export function engineLine({ name, device, library, reason }: EngineDescription): string {
  return `engine ${name}:${device} (${library}): ${reason}`;
}

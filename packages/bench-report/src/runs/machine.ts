import { cpus, release, totalmem, type as systemName } from 'node:os';

/** The machine of a benchmark, as names and values: processor, cores, memory... */
export type Machine = Record<string, string>;

/** Describes the machine of this process. */
export function describeMachine(): Machine {
  const processors = cpus();
  const models = [...new Set(processors.map(({ model }) => model.trim()))].filter(Boolean);
  return {
    Processor: models.join(', ') || process.arch,
    Cores: String(processors.length),
    Memory: `${(totalmem() / 2 ** 30).toFixed(1)} GiB`,
    System: `${systemName()} ${release()} (${process.arch})`,
    Node: process.version,
  };
}

import { cpus, release, totalmem, type as systemName } from 'node:os';

/** What ran a benchmark, each line a name and what was found: processor, cores, memory... */
export type Machine = Record<string, string>;

/** The machine that this process runs on. */
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

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { parseChoice, type Command } from '@ds/command-line';
import { measureEngine, type MeasuredEngine } from '../engines/measure-engine.js';
import { engineNames, type EngineName } from '../engines/open-engine.js';

/** `dlrm engines`: the engines that work on this machine, and their speed. */
export function addEnginesCommand(program: Command): void {
  program
    .command('engines')
    .description('list all engines, whether they work on this machine, and their measured speed')
    .option('--only <engine>', 'measure only this one', parseChoice(engineNames))
    .option('--json', 'print JSON')
    .action(async ({ only, json }: { only?: EngineName; json?: boolean }) => {
      if (only) {
        const measured = await measureEngine(only);
        process.stdout.write(json ? `${JSON.stringify(measured)}\n` : presentLine(only, measured));
        return;
      }
      const found: Record<string, MeasuredEngine | { absent: string }> = {};
      for (const name of engineNames) {
        const result = await inOwnProcess(name);
        found[name] = result;
        if (!json) {
          process.stdout.write('absent' in result ? absentLine(name, result) : presentLine(name, result));
        }
      }
      if (json) process.stdout.write(`${JSON.stringify(found)}\n`);
    });
}

/** A separate process for each, because tfjs-node and tfjs-node-gpu exclude each other, and a driver may crash. */
async function inOwnProcess(name: EngineName): Promise<MeasuredEngine | { absent: string }> {
  const command = [process.argv[1]!, 'engines', '--json', '--only', name];
  try {
    const { stdout } = await promisify(execFile)(process.execPath, command);
    return JSON.parse(stdout) as MeasuredEngine;
  } catch (error) {
    const { stderr = '', message } = error as Error & { stderr?: string };
    const reason = /^error: (.*)$/m.exec(stderr)?.[1] ?? message.split('\n')[0]!;
    return { absent: reason.replace(`the engine ${name} cannot be used: `, '') };
  }
}

function presentLine(name: EngineName, { description, forwardRate, trainRate }: MeasuredEngine): string {
  const rates = `forward ${thousands(forwardRate)}, training ${thousands(trainRate)}`;
  return `${name.padEnd(14)} present  ${rates} thousand examples/s  ${description.library}\n`;
}

function absentLine(name: EngineName, { absent }: { absent: string }): string {
  return `${name.padEnd(14)} absent   ${absent}\n`;
}

function thousands(perSecond: number): string {
  return (perSecond / 1000).toFixed(1);
}

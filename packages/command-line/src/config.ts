import type { Command, Option } from 'commander';
import { readText } from '@ds/files';

// A record of a run has a few kilobytes.
const mostConfigBytes = 1 << 20;
// How often a run is repeated, and how much of it is shown, is not of the run.
const notOfTheRun = ['config', 'quiet', 'wide', 'fresh', 'json', 'help', 'version'];

const given = new WeakMap<Command, Record<string, string | true>>();

/** Adds `--config`, and notes the flags that a command line gives, for `givenFlags`. Called before options are added. */
export function takeConfig(program: Command): void {
  program.option('--config <file>', 'a run.json: its flags, unless the command line gives others');
  const flags: Record<string, string | true> = {};
  given.set(program, flags);
  const add = program.addOption.bind(program);
  program.addOption = (option) => {
    add(option);
    // Long names without dashes: `sparsity-levels`.
    const name = option.long!.slice(2);
    if (!notOfTheRun.includes(name)) {
      program.on(
        `option:${option.name()}`,
        (value: string | undefined) => void (flags[name] = value ?? true),
      );
    }
    return program;
  };
}

/** The flags that the command line and its `--config` have given, as texts, by their names without dashes. */
export function givenFlags(program: Command): Readonly<Record<string, string | true>> {
  return { ...given.get(program) };
}

/**
 * The arguments with those of their `--config` before them, so that what the command line says counts.
 *
 * @throws Error naming the file and the key if it cannot be read, or has a flag that the program does not have; or if there
 *   are several.
 */
export async function withConfig(program: Command, args: readonly string[]): Promise<string[]> {
  if (!given.has(program)) return [...args];
  const isConfig = (arg: string) => arg === '--config' || arg.startsWith('--config=');
  const files = args.filter(isConfig).length;
  if (files > 1) throw new Error(`--config: expected one file, found ${files}`);
  const at = args.findIndex(isConfig);
  const path = at < 0 ? undefined : args[at]!.split('=').slice(1).join('=') || args[at + 1];
  if (path === undefined) return [...args];
  return [...(await argumentsOf(path, program.options)), ...args];
}

async function argumentsOf(path: string, options: readonly Option[]): Promise<string[]> {
  let content: unknown;
  try {
    content = JSON.parse(await readText(path, { mostBytes: mostConfigBytes }));
  } catch (error) {
    const { message } = error as Error;
    const reason = error instanceof SyntaxError ? `cannot read ${path}: not JSON: ${message}` : message;
    throw new Error(`--config: ${reason}`, { cause: error });
  }
  const flags = (content as { flags?: unknown } | null)?.flags;
  if (typeof flags !== 'object' || flags === null || Array.isArray(flags)) {
    throw new Error(`--config: ${path}: expected an object 'flags', as npm run benchmark writes it`);
  }
  return Object.entries(flags).flatMap(([name, value]: [string, unknown]) => {
    const option = options.find(({ long }) => long === `--${name}`);
    if (!option || notOfTheRun.includes(name)) {
      throw new Error(`--config: ${path}: flags: unknown '${name}'`);
    }
    if (option.isBoolean()) {
      if (value !== true)
        throw new Error(`--config: ${path}: flags: ${name}: expected true, found ${JSON.stringify(value)}`);
      return [`--${name}`];
    }
    if (typeof value !== 'string' && typeof value !== 'number')
      throw new Error(`--config: ${path}: flags: ${name}: expected a text, found ${JSON.stringify(value)}`);
    return [`--${name}=${value}`];
  });
}

import { Command, CommanderError, Help, type Option } from 'commander';
import { takeConfig, withConfig } from './config.js';
import { exampleLines } from './example-lines.js';
import { errorLine } from './error-line.js';
import { nextStep } from './next-step.js';

/** How a program introduces itself. */
export interface ProgramDescription {
  name: string;
  description: string;
  version: string;
  /** Shown at the end of `--help`, one command per line. */
  example: string;
  /** Whether it takes `--config`, the record of an earlier run. Default: false. */
  takesConfig?: boolean;
}

/** A commander program with what our commands have in common: `--version`, and defaults and an example in `--help`. */
export function createProgram({
  name,
  description,
  version,
  example,
  takesConfig = false,
}: ProgramDescription): Command {
  const program = new Command(name)
    .description(description)
    .version(version)
    .configureHelp({
      // Beside the longest flags, too, descriptions are wrapped to the terminal; long lists are broken at their commas.
      minWidthToWrap: 20,
      optionDescription: (option) =>
        new Help().optionDescription(option).replace(/\S{31,}/g, (list) => list.replaceAll(',', ', ')),
    })
    .showHelpAfterError('(--help shows the options)')
    .addHelpText('after', `\nExample:\n${exampleLines(example)}`);
  if (takesConfig) takeConfig(program);
  return program;
}

/**
 * Runs a program on the process's arguments and sets its exit code: 0, 2 for wrong usage, or 1 after one line
 * `error: ...` on stderr. Flags may be written with underscores, like the original's (`--model_path`). A closed stdout
 * (`| head`) ends the program; a closed stderr does not.
 */
export async function runProgram(program: Command): Promise<void> {
  // Exit listeners remove unfinished files.
  process.once('SIGINT', () => process.exit(130));
  process.once('SIGTERM', () => process.exit(143));
  process.once('SIGHUP', () => process.exit(129));
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    fail(`cannot write to stdout: ${error.message}`);
    process.exit(1);
  });
  process.stderr.on('error', () => undefined);
  if (isTooOld(process.versions.node)) {
    fail(`Node ${oldestNode} or newer is needed, found ${process.versions.node}`);
    return;
  }
  exitWithErrors(program);
  try {
    const args = process.argv.slice(2).map(withDashes);
    const all = await withConfig(program, args).catch((error: Error) => refuse(program, error));
    await program.parseAsync([...process.argv.slice(0, 2), ...all]);
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : 2;
      return;
    }
    const message = error instanceof Error ? error.message : String(error);
    const step = nextStep(error);
    fail(step === undefined || message.includes(step) ? message : `${message}; ${step}`);
    if (process.env['DEBUG'] && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  }
}

/**
 * Returns what `check` returns, and reports its error as wrong usage: one line, and exit code 2. For options that can only be
 * checked together.
 */
export function refuseUsage<Result>(program: Command, check: () => Result): Result {
  try {
    return check();
  } catch (error) {
    refuse(program, error as Error);
  }
}

function refuse(program: Command, { message }: Error): never {
  return program.error(`error: ${errorLine(message)}`);
}

function fail(message: string): void {
  process.stderr.write(`error: ${errorLine(message)}\n`);
  process.exitCode = 1;
}

// Also in `engines` of package.json.
const oldestNode = '20.19';

function isTooOld(version: string): boolean {
  const [major, minor] = version.split('.').map(Number) as [number, number];
  const [oldestMajor, oldestMinor] = oldestNode.split('.').map(Number) as [number, number];
  return major < oldestMajor || (major === oldestMajor && minor < oldestMinor);
}

function exitWithErrors(command: Command): void {
  command.exitOverride();
  tellTyposFirst(command);
  command.commands.forEach(exitWithErrors);
}

/** What commander calls for a missing required option and for an unknown one; its types do not list them. */
interface UsageErrors {
  missingMandatoryOptionValue(option: Option): void;
  unknownOption(flag: string): void;
}

/** Makes a required option that is missing the lesser error: it may be the one that a typo was meant to be. */
function tellTyposFirst(command: Command): void {
  const errors = command as unknown as UsageErrors;
  const tellMissing = errors.missingMandatoryOptionValue.bind(command);
  errors.missingMandatoryOptionValue = (option) => {
    const end = command.args.indexOf('--');
    const unknown = command.args.slice(0, end < 0 ? undefined : end).find((arg) => /^--?\D/.test(arg));
    if (unknown !== undefined) errors.unknownOption(unknown.replace(/=.*/, ''));
    tellMissing(option);
  };
}

function withDashes(argument: string): string {
  return argument.replace(/^--[a-z0-9_-]+/i, (flag) => flag.replaceAll('_', '-'));
}

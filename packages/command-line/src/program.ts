import { Command, CommanderError } from 'commander';

/** How a program introduces itself. */
export interface ProgramDescription {
  name: string;
  description: string;
  version: string;
  /** Shown at the end of `--help`, one command a line. */
  example: string;
}

/** A commander program with the manners that our commands share: `--version`, defaults and an example in `--help`. */
export function createProgram({ name, description, version, example }: ProgramDescription): Command {
  return new Command(name)
    .description(description)
    .version(version)
    .showHelpAfterError('(--help shows the options)')
    .addHelpText('after', `\nExample:\n${example.replace(/^/gm, '  ')}`);
}

/**
 * Runs a program on the process's arguments and sets its exit code: 0, 2 for wrong usage, or 1 after one line
 * `error: ...` on stderr. Flags may be written with underscores, as the original's are (`--model_path`).
 */
export async function runProgram(program: Command): Promise<void> {
  // Turned into an exit, so that files in the making are removed.
  process.once('SIGINT', () => process.exit(130));
  process.once('SIGTERM', () => process.exit(143));
  exitWithErrors(program);
  try {
    await program.parseAsync([...process.argv.slice(0, 2), ...process.argv.slice(2).map(withDashes)]);
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : 2;
      return;
    }
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`error: ${message.replace(/\s*\n\s*/g, ' ')}\n`);
    if (process.env['DEBUG'] && error instanceof Error) process.stderr.write(`${error.stack}\n`);
    process.exitCode = 1;
  }
}

function exitWithErrors(command: Command): void {
  command.exitOverride();
  command.commands.forEach(exitWithErrors);
}

function withDashes(argument: string): string {
  return argument.replace(/^--[a-z0-9_-]+/i, (flag) => flag.replaceAll('_', '-'));
}

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { builtFile } from '@ds/test-support';
import { publishedPackages, root } from '../published-packages.js';

const pages = [
  join(root, 'README.md'),
  join(root, 'CONTRIBUTING.md'),
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(root, 'docs', name)),
  ...['packages', 'examples'].flatMap((folder) =>
    readdirSync(join(root, folder)).map((name) => join(root, folder, name, 'README.md')),
  ),
].filter((path) => existsSync(path));

/** The command lines in a page's bash blocks, those that go on over several lines as one, without comments. */
function commandLines(page: string): string[] {
  const blocks = [...readFileSync(page, 'utf8').matchAll(/^```(?:bash|sh)\n(.*?)^```$/gms)];
  return blocks.flatMap(([, block]) =>
    block!
      .replaceAll('\\\n', ' ')
      .split('\n')
      .flatMap((line) => line.replace(/(^|\s)#.*$/, '').split('&&'))
      .map((line) => line.trim())
      .filter(Boolean),
  );
}

/** The package of each command. */
const packageOf = new Map(
  publishedPackages.flatMap(({ name, json }) =>
    Object.keys(json.bin ?? {}).map((command) => [command, name]),
  ),
);

const helps = new Map<string, string>();
/** The help of a command, and of its subcommand where `words` starts with one. */
function helpOf(name: string, words: readonly string[]): string {
  const cli = builtFile(join(root, 'packages', packageOf.get(name)!, 'dist/cli.js'));
  const subcommand = /^[a-z]+$/.test(words[0] ?? '') ? [words[0]!] : [];
  const args = [cli, ...subcommand, '--help'];
  const key = args.join(' ');
  if (!helps.has(key)) {
    const help = execFileSync(process.execPath, args, { encoding: 'utf8' });
    // The default command's options are on a page of their own.
    const isDefault = subcommand.length === 0 && /^ {2}create /m.test(help);
    const more = isDefault
      ? execFileSync(process.execPath, [cli, 'create', '--help'], { encoding: 'utf8' })
      : '';
    helps.set(key, help + more);
  }
  return helps.get(key)!;
}

const commands = [...packageOf.keys()];
const ours = pages.flatMap((page) =>
  commandLines(page).flatMap((line) => {
    const [name, ...words] = line.replace(/^npx /, '').split(/\s+/);
    return commands.includes(name!) ? [{ page: relative(root, page), line, name: name!, words }] : [];
  }),
);
const scriptRuns = pages.flatMap((page) =>
  commandLines(page).flatMap((line) => {
    const script = /^npm (?:run (\S+)|(test|start)\b)/.exec(line);
    return script ? [{ page, script: script[1] ?? script[2]! }] : [];
  }),
);

test('the pages show each of our commands', () => {
  expect([...new Set(ours.map(({ name }) => name))].sort()).toEqual([...commands].sort());
});

test.each(ours)('$page: the options of `$line` are in the help', ({ name, words }) => {
  const help = helpOf(name, words);
  for (const word of words.filter((word) => word.startsWith('--'))) {
    const flag = word.split('=')[0]!.replaceAll('_', '-');
    expect(help).toMatch(new RegExp(`^\\s+(-\\w, )?${flag}(?![\\w-])`, 'm'));
  }
});

test('the scripts that the pages run are in the package.json of the root or of their folder', () => {
  const unknown = scriptRuns.filter(({ page, script }) =>
    [root, dirname(page)].every((folder) => {
      const { scripts } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      return !(script in scripts);
    }),
  );
  expect(unknown).toEqual([]);
});

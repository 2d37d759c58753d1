import { spawn, type ChildProcess } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkFreeSpace, openUnnamed, whileHolding, writeWhole } from '@ds/files';

const tsx = join(__dirname, '../../../../node_modules/tsx/dist/loader.mjs');
const sources = join(__dirname, '../../src/index.ts');

let folder: string;
let started: ChildProcess[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'leftovers-'));
  started = [];
});
afterEach(() => {
  started.forEach((child) => child.kill('SIGKILL'));
  rmSync(folder, { recursive: true });
});

/** A process that runs a few lines with all of @ds/files, and says `ready` where they say so. */
async function processThat(
  body: string,
  environment: Record<string, string> = {},
): Promise<{ child: ChildProcess; pid: number; end: Promise<string> }> {
  const program = join(folder, '..', `${folder.split('/').at(-1)}-${started.length}.mts`);
  writeFileSync(
    program,
    `import * as files from ${JSON.stringify(sources)};
     const ready = () => new Promise(() => { console.log('ready', process.pid); setInterval(() => undefined, 1e6); });
     process.once('SIGTERM', () => process.exit(143));
     ${body}`,
  );
  const child = spawn(process.execPath, ['--import', tsx, program], {
    stdio: 'pipe',
    env: { ...process.env, ...environment },
  });
  started.push(child);
  let output = '';
  const end = new Promise<string>((resolve) => {
    child.once('close', (code, signal) => resolve(`${signal ?? code} ${output}`));
  });
  await new Promise<void>((resolve) => {
    const read = (text: Buffer) => {
      output += text;
      if (output.includes('ready')) resolve();
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    void end.then(() => resolve());
  });
  rmSync(program);
  return { child, pid: Number(/ready (\d+)/.exec(output)?.[1]), end };
}

const path = (name: string) => join(folder, name);
const writing = (name: string) =>
  `await files.writeWhole(${JSON.stringify(path(name))}, async (file) => { await file.write('half'); await ready(); });`;
const write = (name: string) => writeWhole(path(name), async (file) => void (await file.write('whole')));

it('removes what a killed process left in a folder, when something is written there', async () => {
  const { child, end } = await processThat(writing('a.csv'));
  expect(readdirSync(folder).sort()).toEqual([
    expect.stringMatching(/^\.a\.csv\.[0-9a-f]{8}-\d+-[0-9a-f]{8}\.[0-9a-f]{12}\.tmp$/),
    '.a.csv.lock',
  ]);
  child.kill('SIGKILL');
  await end;
  expect(readdirSync(folder)).toHaveLength(2);
  const { end: second } = await processThat(writing('b.csv').replace('await ready()', ''));
  expect(await second).toBe('0 ');
  expect(readdirSync(folder)).toEqual(['b.csv']);
});

it('leaves what a process that runs is making, what another machine left, and what is no file of ours', async () => {
  await processThat(writing('a.csv'));
  const others = [
    '.x.csv.0badcafe-1-0badcafe.0123456789ab.tmp',
    '.npmrc.lock',
    'x.tmp',
    '.x.0123456789ab.tmp',
    '.cargo.lock',
  ];
  others.forEach((name) => writeFileSync(path(name), 'somebody else'));
  writeFileSync(path('.npmrc.lock'), '');
  const before = readdirSync(folder);
  const { end } = await processThat(writing('b.csv').replace('await ready()', ''));
  expect(await end).toBe('0 ');
  expect(readdirSync(folder).sort()).toEqual([...before, 'b.csv'].sort());
});

it('refuses a second process on one output, and lets it once the first has ended, however that ended', async () => {
  const { child, pid, end } = await processThat(writing('a.csv'));
  await expect(write('a.csv')).rejects.toThrow(
    `cannot write ${path('a.csv')}: process ${pid} is already writing it`,
  );
  await expect(whileHolding([path('a.csv')], async () => 1)).rejects.toThrow(
    `cannot write ${path('a.csv')}: process ${pid} is already writing it`,
  );
  await write('a.2-of-2.csv'); // another part
  child.kill('SIGKILL');
  await end;
  await write('a.csv');
  expect(readFileSync(path('a.csv'), 'utf8')).toBe('whole');
  expect(existsSync(path('.a.csv.lock'))).toBe(false);
  const { child: stopped, end: stop } = await processThat(writing('a.csv'));
  stopped.kill('SIGTERM');
  expect(await stop).toMatch(/^143 /);
  expect(readdirSync(folder).filter((name) => name.includes('lock'))).toEqual([]);
});

it('has one holder when many processes find the lock of a dead one at once', async () => {
  const { child, end } = await processThat(writing('a.csv'));
  child.kill('SIGKILL');
  await end;
  const all = await Promise.all(
    Array.from({ length: 4 }, () => processThat(writing('a.csv').replace('half', 'mine'))),
  );
  expect(all.filter(({ pid }) => Number.isInteger(pid))).toHaveLength(1);
}, 60_000);

it('takes the lock of another machine that was not touched for ten minutes, and no other', async () => {
  const lock = path('.a.csv.lock');
  writeFileSync(lock, '0badcafe-1-0badcafe');
  await expect(write('a.csv')).rejects.toThrow(
    `a process on another machine is already writing it; if that process is dead, remove ${lock}`,
  );
  const elevenMinutesAgo = Date.now() / 1000 - 11 * 60;
  utimesSync(lock, elevenMinutesAgo, elevenMinutesAgo);
  await write('a.csv');
  expect(readdirSync(folder)).toEqual(['a.csv']);
});

it('does not take a number that was given out again for the process that is gone', async () => {
  const { child, end } = await processThat(writing('a.csv'));
  const owner = readFileSync(path('.a.csv.lock'), 'utf8');
  child.kill('SIGKILL');
  await end;
  const [place, , start] = owner.split('-');
  writeFileSync(path('.a.csv.lock'), `${place}-${process.pid}-${start}`);
  await write('a.csv');
  expect(readFileSync(path('a.csv'), 'utf8')).toBe('whole');
});

it('gives up an output that another process has taken over', async () => {
  const failing = writeWhole(path('a.csv'), async () => {
    writeFileSync(path('.a.csv.lock'), '0badcafe-1-0badcafe');
  });
  await expect(failing).rejects.toThrow('another process has started to write it');
  expect(readdirSync(folder)).toEqual(['.a.csv.lock']);
});

it('holds an output that it holds already, and lets it go with the first', async () => {
  await whileHolding([path('a.csv')], async () => {
    await write('a.csv');
    expect(existsSync(path('.a.csv.lock'))).toBe(true);
  });
  expect(readdirSync(folder)).toEqual(['a.csv']);
});

it('removes the folders that it made when nothing came into them', async () => {
  const outputs = ['a/b/x.csv', 'a/b/c/y.csv', 'a/z.csv'].map(path);
  await expect(
    whileHolding(outputs, async () => {
      throw new Error('no model');
    }),
  ).rejects.toThrow('no model');
  expect(readdirSync(folder)).toEqual([]);
});

it('writes files with the longest names', async () => {
  const name = 'ä'.repeat(126);
  await write(name);
  expect(readdirSync(folder)).toEqual([name]);
});

(process.platform === 'linux' ? it : () => undefined)(
  'opens unnamed files that no folder shows',
  async () => {
    const file = await openUnnamed(path('rows'));
    expect(readdirSync(folder)).toEqual([]);
    await file.write('text');
    const read = Buffer.alloc(4);
    await file.read(read, 0, 4, 0);
    expect(read.toString()).toBe('text');
    await file.close();
  },
);

it('removes a temporary folder when its work is done, and that of a killed process', async () => {
  mkdirSync(path('tmp'));
  const TMPDIR = path('tmp');
  const shown = () => readdirSync(TMPDIR).filter((name) => !name.startsWith('tsx')); // what runs the process
  const { child, end } = await processThat(
    `await files.withTemporaryFolder('work', async (made) => { process.chdir(made); await ready(); });`,
    { TMPDIR },
  );
  expect(shown()).toHaveLength(1);
  child.kill('SIGKILL');
  await end;
  const { end: second } = await processThat(
    `import { readdirSync, writeFileSync } from 'node:fs';
     await files.withTemporaryFolder('work', async (made) => {
       writeFileSync(made + '/x', '');
       console.log(readdirSync(${JSON.stringify(TMPDIR)}).filter((name) => name.startsWith('.work')).length);
     });`,
    { TMPDIR },
  );
  expect(await second).toBe('0 1\n');
  expect(shown()).toEqual([]);
});

it('says before the work that a disk has too little space', async () => {
  await checkFreeSpace(path('rows'), { bytes: 1000, what: 'the rows' });
  await expect(checkFreeSpace(path('a/b/rows'), { bytes: 1e18, what: 'the rows' })).rejects.toThrow(
    /^cannot write .*rows: the rows need 1000000000000000000 bytes, the disk has \d+ free$/,
  );
});

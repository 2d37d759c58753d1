import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { checkOutputs, makeFolders } from '@ds/files';

let folder: string;
const at = (name: string) => join(folder, name);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'check-outputs-'));
  mkdirSync(at('sub'));
  writeFileSync(at('model.ckpt'), 'weights');
});
afterEach(() => rmSync(folder, { recursive: true }));

const check = (inputs: (string | undefined)[], ...outputs: string[]) => checkOutputs({ inputs, outputs });

test('an output that is an input, by its name, another spelling, a link or a hard link, is refused', () => {
  symlinkSync(at('model.ckpt'), at('link.ckpt'));
  symlinkSync(at('sub'), at('sub-link'));
  linkSync(at('model.ckpt'), at('sub/hard.ckpt'));
  const model = at('model.ckpt');
  expect(() => check([model], model)).toThrow(
    `cannot write ${model}: it is also an input, and would be lost`,
  );
  for (const name of ['sub/../model.ckpt', 'link.ckpt', 'sub-link/hard.ckpt']) {
    const path = `${folder}/${name}`;
    expect(() => check([undefined, model], path)).toThrow(
      `cannot write ${path}: it is also an input, and would be lost (it is the same file as ${model})`,
    );
  }
});

test('two outputs on one path are refused, also where nothing is there yet', () => {
  symlinkSync(at('new.csv'), at('link.csv'));
  expect(() => check([], at('new.csv'), at('new.csv'))).toThrow('new.csv: it is written twice');
  expect(() => check([], at('new.csv'), at('link.csv'))).toThrow('link.csv: it is written twice');
});

test('a folder, a file in the place of a folder and a missing permission are known at once', () => {
  expect(() => check([], at('sub'))).toThrow(`cannot write ${at('sub')}: it is a folder`);
  expect(() => check([], at('model.ckpt/x.csv'))).toThrow(
    'x.csv: a part of its path is a file, not a folder',
  );
  if (process.getuid?.() !== 0 && process.platform !== 'win32') {
    mkdirSync(at('locked'), { mode: 0o555 });
    expect(() => check([], at('locked/x.csv'))).toThrow(`no permission to write to ${at('locked')}`);
  }
});

// mkdir with `recursive` never returned for the first.
(process.platform === 'linux' ? test.each : test.skip.each)([
  '/proc/x/rows.txt',
  '/proc/rows.txt',
  '/sys/x/rows.txt',
])('%s is refused at once, also to root', (path) => {
  expect(() => check([], path)).toThrow(`cannot write ${path}: `);
  expect(() => makeFolders(dirname(path === '/proc/rows.txt' ? '/proc/y/rows.txt' : path))).toThrow(/mkdir/);
});

test('makes missing folders, and says which is the outermost', () => {
  expect(makeFolders(at('sub'))).toBeUndefined();
  expect(makeFolders(at('sub/a/b/c'))).toBe(at('sub/a'));
  expect(statSync(at('sub/a/b/c')).isDirectory()).toBe(true);
  expect(() => makeFolders(at('model.ckpt'))).toThrow('EEXIST');
  expect(() => makeFolders(at('model.ckpt/a'))).toThrow('ENOTDIR');
  expect(readdirSync(folder).sort()).toEqual(['model.ckpt', 'sub']);
});

test('other files, folders to be made and a device that is given twice are fine', () => {
  check([at('model.ckpt'), at('absent')], at('out.csv'), at('deep/er/out.csv'));
  if (process.platform !== 'win32') check(['/dev/null'], '/dev/null', '/dev/null');
});

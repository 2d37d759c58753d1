import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  rmSync,
  truncateSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fingerprintOf, openJournal } from '@ds/files';

let folder: string;
let output: string;
const journal = () => join(folder, '.out.csv.journal');
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'journal-'));
  output = join(folder, 'out.csv');
});
afterEach(() => rmSync(folder, { recursive: true }));

it('gives the next run what is finished, with every number as it was', () => {
  const entries = [{ a: NaN, b: -Infinity, c: -0, d: 0.1 + 0.2, e: [1e300] }, {}, { text: 'ä\n' }];
  const first = openJournal({ output, fingerprint: 'x' });
  expect(first.finished.size).toBe(0);
  expect(existsSync(journal())).toBe(false);
  entries.forEach((entry, i) => first.keep(`${i}`, entry));
  // Again: what a run takes over it keeps for the one after it.
  for (let times = 0; times < 2; times++) {
    const next = openJournal<object>({ output, fingerprint: 'x' });
    expect([...next.finished]).toEqual(entries.map((entry, i) => [`${i}`, entry]));
  }
  openJournal({ output, fingerprint: 'x' }).remove();
  expect(existsSync(journal())).toBe(false);
});

it('forgets what was finished with another fingerprint, or when told to', () => {
  for (const options of [{ fingerprint: 'y' }, { fingerprint: 'x', fresh: true }]) {
    openJournal({ output, fingerprint: 'x' }).keep('a', 1);
    expect(openJournal({ output, ...options }).finished.size).toBe(0);
    expect(existsSync(journal())).toBe(false);
  }
});

it('takes the lines before the one that a run ended in, and goes on behind them', () => {
  openJournal({ output, fingerprint: 'x' }).keep('a', { value: 1 });
  openJournal({ output, fingerprint: 'x' }).keep('b', { value: 2 });
  const whole = statSync(journal()).size;
  for (let cut = 1; cut < 12; cut++) {
    const before = openJournal({ output, fingerprint: 'x' });
    before.keep('b', { value: 2 });
    truncateSync(journal(), statSync(journal()).size - cut);
    const next = openJournal({ output, fingerprint: 'x' });
    expect(next.finished.get('a')).toEqual({ value: 1 });
    next.keep('c', { value: 3 });
    expect(openJournal({ output, fingerprint: 'x' }).finished.get('c')).toEqual({ value: 3 });
  }
  expect(whole).toBeGreaterThan(0);
});

it('is not fooled by a file of something else', () => {
  for (const text of ['', 'null\n', '[]\n', '{"fingerprint":1}\n', '\0\0\0']) {
    writeFileSync(journal(), text);
    expect(openJournal({ output, fingerprint: 'x' }).finished.size).toBe(0);
  }
});

it('has a fingerprint that changes with settings and files, and not with listeners', async () => {
  const file = join(folder, 'model');
  writeFileSync(file, Buffer.alloc(300_000));
  utimesSync(file, 1, 1);
  const first = await fingerprintOf({ level: 0.5, onDone: () => 1 }, [file, undefined]);
  expect(await fingerprintOf({ level: 0.5 }, [file])).toBe(first);
  const others = [
    await fingerprintOf({ level: 0.6 }, [file]),
    await fingerprintOf({ level: Infinity }, [file]),
    await fingerprintOf({ level: 0.5 }, []),
    await fingerprintOf({ level: 0.5 }, [join(folder, 'none')]),
  ];
  utimesSync(file, 2, 2);
  others.push(await fingerprintOf({ level: 0.5 }, [file]));
  appendFileSync(file, 'x');
  utimesSync(file, 1, 1);
  others.push(await fingerprintOf({ level: 0.5 }, [file]));
  expect(new Set([first, ...others]).size).toBe(others.length + 1);
});

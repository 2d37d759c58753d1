import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DataNormSparsifier } from '@ds/data-sparsifier';
import { loadCheckpoint, saveCheckpoint, type StateDict } from '@ds/tensor-files';
import puppeteer, { type Browser, type ElementHandle, type Page } from 'puppeteer-core';
import { builtFile, findBrowser } from '@ds/test-support';
import { serveFolder } from './serve-folder';

const dist = dirname(builtFile(join(__dirname, '../dist/page.js')));
const browserPath = findBrowser();

test('the page is whole, and loads nothing from elsewhere', () => {
  expect(readdirSync(dist).sort()).toEqual(['index.html', 'page.css', 'page.js', 'prune.worker.js']);
  const html = readFileSync(join(dist, 'index.html'), 'utf8');
  expect([...html.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, path]) => path)).toEqual([
    'data:,',
    'page.css',
    'page.js',
  ]);
  expect(readFileSync(join(dist, 'page.css'), 'utf8')).not.toMatch(/url\(|@import/);
  for (const script of ['page.js', 'prune.worker.js']) {
    expect(readFileSync(join(dist, script), 'utf8')).not.toMatch(/["'`]node:|\brequire\(["']|\bfetch\(["']/);
  }
});

if (browserPath === undefined) {
  // The name says which was done; what the worker does is tested in prune-file.test.ts without a browser.
  test('no Chromium is installed: the page was not opened', () => expect(browserPath).toBeUndefined());
} else {
  describe('in Chromium', () => {
    let folder: string;
    let server: Awaited<ReturnType<typeof serveFolder>>;
    let browser: Browser;
    let page: Page;
    let problems: string[];

    beforeAll(async () => {
      server = await serveFolder(dist);
      browser = await puppeteer.launch({
        executablePath: browserPath,
        args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
      });
    });
    afterAll(async () => {
      await browser?.close();
      server?.stop();
    });

    beforeEach(async () => {
      folder = mkdtempSync(join(tmpdir(), 'in-the-browser-test-'));
      page = await browser.newPage();
      page.setDefaultTimeout(60_000);
      problems = [];
      page.on('pageerror', (error) => problems.push(String(error)));
      page.on('requestfailed', (request) => problems.push(request.url()));
      page.on('request', (request) => {
        if (!/^(blob|data):/.test(request.url()) && !request.url().startsWith(server.url)) {
          problems.push(request.url());
        }
      });
      const session = await page.createCDPSession();
      await session.send('Browser.setDownloadBehavior', { behavior: 'allow', downloadPath: folder });
      await page.goto(server.url);
    });
    afterEach(async () => {
      await page.close();
      rmSync(folder, { recursive: true, force: true });
      expect(problems).toEqual([]);
    });

    const text = (id: string) => page.$eval(`#${id}`, (element) => element.textContent);
    const allSizes = () => page.waitForFunction("document.querySelectorAll('#size-rows tr').length >= 13");
    const upload = async (path: string) => {
      const input = (await page.$('#file')) as ElementHandle<HTMLInputElement>;
      await input.uploadFile(path);
    };
    /** Types a number over what a control says. */
    const type = async (id: string, number: string) => {
      await page.click(`#${id}`, { count: 3 });
      await page.keyboard.type(number);
    };
    const downloaded = async (name: string) => {
      await page.click('#download');
      for (let tried = 0; tried < 300 && !existsSync(join(folder, name)); tried++) {
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      return join(folder, name);
    };

    test('prunes a checkpoint as the sparsifier does, and gives it back', async () => {
      const tensor = (rows: number, columns: number, seed: number) => ({
        data: Float32Array.from({ length: rows * columns }, (_, i) => Math.sin(seed + i * i)),
        shape: [rows, columns],
      });
      const model: StateDict = {
        'emb_l.0.weight': tensor(50, 16, 1),
        'emb_l.1.weight': tensor(9, 16, 2),
        'bot_l.0.weight': tensor(16, 13, 3),
      };
      await saveCheckpoint(join(folder, 'model.safetensors'), model);
      await upload(join(folder, 'model.safetensors'));
      await allSizes();
      expect(await text('status')).toBe('model.safetensors: 3 tensors');
      expect(await text('shown-name')).toBe('emb_l.0.weight');
      // Of 200 blocks of four, 20 are kept.
      expect(await text('picture-text')).toMatch(/^80 of 800 values are kept/);
      expect(await text('dense-size')).toBe(`3.7 KiB${(59 * 16 * 4).toLocaleString('en')} bytes`);

      await type('level-number', '50');
      await type('block-columns', '8');
      await page.click('input[name=norm][value=L2]');
      await page.waitForFunction(
        "document.querySelector('#picture-text').textContent.startsWith('400 of 800')",
      );
      await allSizes();
      const after = await loadCheckpoint(await downloaded('model-pruned-0.50.safetensors'));
      const sparsifier = new DataNormSparsifier({
        sparsityLevel: 0.5,
        sparseBlockShape: [1, 8],
        norm: 'L2',
      });
      for (const name of ['emb_l.0.weight', 'emb_l.1.weight']) sparsifier.addData(name, model[name]!);
      sparsifier.step();
      sparsifier.squashMask();
      expect(after).toEqual(model);
    });

    test('the sample is drawn in both themes, and fits a narrow screen', async () => {
      await page.setViewport({ width: 390, height: 844 });
      // The first pixel is kept, the last is not: the first rows of the sample are the largest.
      const colours = { light: '10,77,153 233,237,242', dark: '140,196,255 36,42,51' };
      for (const theme of ['light', 'dark'] as const) {
        await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: theme }]);
        if (theme === 'light') await page.click('#sample');
        await allSizes();
        expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
        // The page hears of another theme, and draws again, in its own time.
        await page.waitForFunction(`(() => {
          const canvas = document.querySelector('#map');
          const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
          return [data.slice(0, 3), data.slice(-4, -1)].join(' ') === '${colours[theme]}';
        })()`);
      }
      const lines = await page.$$eval('#chart polyline', (found) =>
        found.map((line) => line.getAttribute('points')!.split(' ').length),
      );
      expect(lines).toEqual([13, 13, 13]);
    });

    test('says what is wrong with a file, and goes on with the one before', async () => {
      await page.click('#sample');
      await allSizes();
      writeFileSync(join(folder, 'table.npy'), 'a,b\n1,2\n');
      await upload(join(folder, 'table.npy'));
      await page.waitForSelector('#error:not([hidden])');
      expect(await text('error')).toBe('table.npy: expected an npy file of floats: Not an .npy file');
      await type('level-number', '25');
      await page.waitForFunction(
        "document.querySelector('#picture-text').textContent.startsWith('48,000 of 64,000')",
      );
    });

    test('takes a dropped file, and keeps what makes no sense from the worker', async () => {
      await page.evaluate(`(() => {
        const dropped = new DataTransfer();
        dropped.items.add(new File(['no table'], 'notes.txt'));
        document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: dropped, bubbles: true }));
      })()`);
      await page.waitForSelector('#error:not([hidden])');
      expect(await text('error')).toBe('notes.txt: expected a .safetensors or .npy file');
      await page.click('#sample');
      await allSizes();
      expect(await page.$eval('#error', (error) => (error as HTMLElement).hidden)).toBe(true);
      await type('level-number', '101');
      const isDisabled = () => page.$eval('#download', (button) => (button as HTMLButtonElement).disabled);
      expect(await page.$eval('#level', (level) => (level as HTMLInputElement).value)).toBe('10');
      await page.click('input[name=prune]');
      expect(await isDisabled()).toBe(true);
    });

    test('is used with the keyboard alone, and everything has a name', async () => {
      const focused = () => page.evaluate('document.activeElement.id');
      await page.keyboard.press('Tab');
      expect(await focused()).toBe('file');
      await page.keyboard.press('Tab');
      expect(await focused()).toBe('sample');
      await page.keyboard.press('Enter');
      await allSizes();
      await page.keyboard.press('Tab');
      expect(await focused()).toBe('level');
      await page.keyboard.press('ArrowRight');
      await page.waitForFunction(
        "document.querySelector('#picture-text').textContent.startsWith('5,760 of 64,000')",
      );
      const unnamed = await page.evaluate(`[...document.querySelectorAll('input, button, canvas, svg')]
        .filter((element) => !(element.ariaLabel || element.textContent.trim() || element.labels?.length))
        .map((element) => element.outerHTML)`);
      expect(unnamed).toEqual([]);
    });
  });
}

import { readFile } from 'node:fs/promises';
import puppeteer from 'puppeteer-core';
import { createReport } from '../src/index.js';
import { findBrowser } from '@ds/test-support';
import { inputs } from './inputs.js';
import { withTemporaryFolder } from './temporary-folder.js';

const charts: Record<string, number> = {
  size: 3,
  accuracy: 3,
  'roc-auc': 3,
  'log-loss': 3,
  'forward-time': 6,
  memory: 12,
  // Two scores, masked and folded with means, on three kinds of tables; then three variants on each.
  'activation-auc': 12,
  'activation-time': 9,
};
const browserPath = findBrowser();

if (browserPath === undefined) {
  // Without a browser the same charts are checked in the page's text; the name of the test says which was done.
  test('no Chromium is installed: the text of the page has every line of each chart', async () => {
    await withTemporaryFolder(async (outputDir) => {
      const { reportFile } = await createReport({ ...inputs, outputDir });
      const html = await readFile(reportFile, 'utf8');
      for (const [id, lines] of Object.entries(charts)) {
        const figure = html.split(`<figure id="${id}">`)[1]!.split('</figure>')[0]!;
        const drawn = [
          ...figure.matchAll(/<path d="M[\d.]+ [\d.]+L[^"]*" fill="none"[^>]*stroke="var\(--line/g),
        ];
        expect([id, drawn.length]).toEqual([id, lines]);
      }
    });
  });
} else {
  test.each(['light', 'dark'])('Chromium draws every line of each chart, %s theme', async (theme) => {
    await withTemporaryFolder(async (outputDir) => {
      const { reportFile } = await createReport({ ...inputs, outputDir });
      const browser = await puppeteer.launch({
        executablePath: browserPath,
        args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
      });
      try {
        const page = await browser.newPage();
        const problems: string[] = [];
        page.on('pageerror', (error) => problems.push(String(error)));
        page.on('requestfailed', (request) => problems.push(request.url()));
        await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: theme }]);
        await page.goto(`file://${reportFile}`);
        // Runs in the page: the lines are the unfilled paths in a visible colour that have a real extent.
        const drawn = await page.evaluate(`Object.fromEntries(
          [...document.querySelectorAll('figure')].map((figure) => [
            figure.id,
            [...figure.querySelectorAll('path')].filter((path) => {
              const { stroke, fill } = getComputedStyle(path);
              const { width } = path.getBBox();
              return fill === 'none' && width > 200 && stroke !== 'none' && /L.*L/.test(path.getAttribute('d'));
            }).length,
          ]),
        )`);
        const background = await page.evaluate('getComputedStyle(document.body).backgroundColor');
        const line = await page.evaluate(
          `getComputedStyle(document.querySelector('#size path[stroke="var(--line-0)"]')).stroke`,
        );
        expect(drawn).toEqual(charts);
        expect(background).toBe(theme === 'light' ? 'rgb(255, 255, 255)' : 'rgb(20, 23, 28)');
        expect(line).toBe(theme === 'light' ? 'rgb(11, 98, 196)' : 'rgb(108, 177, 255)');
        expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
        expect(problems).toEqual([]);
      } finally {
        await browser.close();
      }
    });
  });
}

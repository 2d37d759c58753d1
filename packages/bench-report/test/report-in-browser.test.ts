import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { builtFile, findBrowser } from '@ds/test-support';
import puppeteer, { type Browser, type Page } from 'puppeteer-core';
import { createReport } from '../src/index.js';
import { frontierCsv, frontierLines } from './frontier-csv.js';
import { inputs } from './inputs.js';

const charts: Record<string, number> = {
  size: 3,
  // Per table and mixed precision.
  frontier: 2,
  accuracy: 3,
  'roc-auc': 3,
  'log-loss': 3,
  'forward-time': 6,
  memory: 12,
  // Two scores, masked and folded with means, on three kinds of tables; then three variants on each.
  'activation-auc': 12,
  'activation-time': 9,
};
// What would end the script that holds the charts, or run, if it were not escaped.
const hostile = '</script><img src=x onerror=alert(1)>';
const browserPath = findBrowser();

let folder: string;
let reportFile: string;
beforeAll(async () => {
  // The page has the built script.
  builtFile(join(__dirname, '../dist/page.client.js'));
  folder = await mkdtemp(join(tmpdir(), 'report-in-browser-'));
  const compressionFrontier = join(folder, 'frontier.csv');
  await writeFile(compressionFrontier, frontierCsv(frontierLines));
  const activationSparsity = join(folder, 'activations.csv');
  const activations = await readFile(inputs.activationSparsity, 'utf8');
  await writeFile(activationSparsity, activations.replace(/^dense,/gm, `${hostile},`));
  const all = { ...inputs, compressionFrontier, activationSparsity };
  ({ reportFile } = await createReport({ ...all, outputDir: join(folder, 'report') }));
});
afterAll(() => rm(folder, { recursive: true }));

test('the page has at most 1.5 MB', async () => {
  expect((await stat(reportFile)).size).toBeLessThan(1.5e6);
});

if (browserPath === undefined) {
  // Without a browser the same charts are checked in the page's text; the name of the test says which was done.
  test('no Chromium is installed: the text of the page has every line of each chart', async () => {
    const html = await readFile(reportFile, 'utf8');
    for (const [id, lines] of Object.entries(charts)) {
      const figure = html.split(`<figure id="${id}"`)[1]!.split('</figure>')[0]!.split('<details>')[0]!;
      const drawn = [
        ...figure.matchAll(/<path d="M[\d.]+ [\d.]+L[^"]*" fill="none"[^>]*stroke="var\(--line/g),
      ];
      expect([id, drawn.length]).toEqual([id, lines]);
    }
  });
} else {
  describe('Chromium', () => inBrowser(browserPath));
}

function inBrowser(executablePath: string): void {
  let browser: Browser;
  let page: Page;
  let problems: string[];
  beforeAll(async () => {
    browser = await puppeteer.launch({
      executablePath,
      args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
    });
  });
  afterAll(() => browser.close());
  afterEach(async () => {
    expect(problems).toEqual([]);
    await page.close();
  });

  async function open({ theme = 'light', width = 1000, scripts = true } = {}): Promise<void> {
    problems = [];
    page = await browser.newPage();
    page.on('pageerror', (error) => problems.push(String(error)));
    page.on('dialog', (dialog) => problems.push(dialog.message()));
    page.on('request', (request) => {
      if (request.url().split('#')[0] !== `file://${reportFile}`) problems.push(request.url());
    });
    await page.setJavaScriptEnabled(scripts);
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: theme }]);
    await page.setViewport({ width, height: 900 });
    await page.goto(`file://${reportFile}`);
    if (scripts) await page.waitForFunction(`document.querySelectorAll('.live svg').length === 9`);
  }
  // Scripts that run in the page are text, because TypeScript checks these files without it.
  const inPage = <Value>(script: string) => page.evaluate(script) as Promise<Value>;
  const texts = (selector: string) =>
    inPage<string[]>(`[...document.querySelectorAll(${JSON.stringify(selector)})].map((e) => e.textContent)`);
  /** The number of lines that each figure shows: unfilled paths that have a real extent. */
  const linesDrawn = (kind: string) =>
    inPage<Record<string, number>>(`Object.fromEntries(
      [...document.querySelectorAll('figure')].map((figure) => [
        figure.id,
        [...figure.querySelectorAll('.${kind} path')].filter((path) => {
          const { stroke, fill } = getComputedStyle(path);
          return fill === 'none' && path.getBBox().width > 40 && /^M[^L]*L/.test(path.getAttribute('d')) &&
            /--line/.test(path.getAttribute('stroke')) && stroke !== 'none';
        }).length,
      ]),
    )`);
  /** The texts that are smaller on the screen than 11 pixels. */
  const smallTexts = () =>
    inPage<string[]>(`(() => {
      const small = [];
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      while (walker.nextNode()) {
        const parent = walker.currentNode.parentElement;
        if (!walker.currentNode.data.trim() || !parent.checkVisibility() || parent.closest('script')) continue;
        const svg = parent.closest('svg');
        const scale = svg ? svg.getBoundingClientRect().width / svg.width.baseVal.value : 1;
        const size = parseFloat(getComputedStyle(parent).fontSize) * scale;
        if (size < 10.99) small.push(size + ': ' + walker.currentNode.data);
      }
      return small;
    })()`);

  test.each([
    ['light', 'rgb(255, 255, 255)', 'rgb(33, 75, 200)'],
    ['dark', 'rgb(20, 23, 28)', 'rgb(67, 120, 252)'],
  ])('draws every line of each chart, %s theme', async (theme, background, line) => {
    await open({ theme });
    expect(await linesDrawn('live')).toEqual(charts);
    expect(await inPage('getComputedStyle(document.body).backgroundColor')).toBe(background);
    const first = `document.querySelector('#size .live path[stroke="var(--line-0)"]')`;
    expect(await inPage(`getComputedStyle(${first}).stroke`)).toBe(line);
    // The theme can change while the page is open.
    const other = theme === 'light' ? 'dark' : 'light';
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: other }]);
    expect(await inPage(`getComputedStyle(${first}).stroke`)).not.toBe(line);
  });

  test.each([390, 1000, 1440])(
    '%d pixels: nothing scrolls sideways but tables, no small text',
    async (width) => {
      await open({ width });
      expect(await inPage('document.documentElement.scrollWidth')).toBe(width);
      expect(await smallTexts()).toEqual([]);
      const charts = await inPage<[number, number][]>(
        `[...document.querySelectorAll('.live svg')].map((svg) => [svg.width.baseVal.value, svg.closest('.plot').clientWidth])`,
      );
      for (const [drawn, place] of charts) expect(drawn).toBe(place);
      // No text of a chart is cut off at its sides.
      expect(
        await inPage(`[...document.querySelectorAll('.live svg text')].filter((text) => {
        const [inner, outer] = [text, text.closest('svg')].map((e) => e.getBoundingClientRect());
        return inner.left < outer.left - 1 || inner.right > outer.right + 1;
      }).map((text) => text.textContent)`),
      ).toEqual([]);
    },
  );

  test('redraws the charts for another width', async () => {
    await open({ width: 1000 });
    await page.setViewport({ width: 500, height: 900 });
    await page.waitForFunction(
      `[...document.querySelectorAll('.live svg')].every((svg) => svg.width.baseVal.value < 500)`,
    );
    expect(await linesDrawn('live')).toEqual(charts);
  });

  test('a name in the legend switches its line off and on, by mouse and by keyboard', async () => {
    await open();
    const lines = async () => (await linesDrawn('live'))['size'];
    const button = (await page.$('#size .legend button'))!;
    const pressed = () => inPage(`document.querySelector('#size .legend button').ariaPressed`);
    expect([await lines(), await pressed()]).toEqual([3, 'true']);
    await button.click();
    expect([await lines(), await pressed()]).toEqual([2, 'false']);
    await button.press('Space');
    expect([await lines(), await pressed()]).toEqual([3, 'true']);
    const [all, none] = await page.$$('#size .legend .every button');
    await none!.press('Enter');
    expect(await lines()).toBe(0);
    await all!.click();
    expect(await lines()).toBe(3);
    expect((await linesDrawn('live'))['roc-auc']).toBe(3);
  });

  test('the focus is visible on a button', async () => {
    await open();
    await page.focus('#size .legend button');
    await page.keyboard.press('Tab');
    const outline = await inPage('getComputedStyle(document.activeElement).outline');
    expect(outline).toMatch(/solid 2px/);
  });

  test('the headings of a table sort it: numbers as numbers, then as it was', async () => {
    await open();
    const table = '.scroll[aria-label="The frontier"] table';
    // Negative numbers with decimals, which texts would sort otherwise.
    const column = 'change, 1e-4';
    const headings = await texts(`${table} th`);
    const at = headings.indexOf(column) + 1;
    const changes = async () => (await texts(`${table} td:nth-child(${at})`)).map(Number);
    const order = () => inPage(`document.querySelector('${table} th:nth-child(${at})').ariaSort`);
    const before = await changes();
    const ascending = [...before].sort((a, b) => a - b);
    expect(before).not.toEqual(ascending);
    const button = (await page.$(`${table} th:nth-child(${at}) button`))!;
    await button.click();
    expect([await order(), await changes()]).toEqual(['ascending', ascending]);
    await button.press('Enter');
    expect([await order(), await changes()]).toEqual(['descending', [...ascending].reverse()]);
    await button.press('Space');
    expect([await order(), await changes()]).toEqual([null, before]);
    // Another column takes over.
    await (await page.$(`${table} th:first-child button`))!.click();
    await button.click();
    expect(await texts(`${table} th[aria-sort]`)).toEqual([column]);
  });

  test('cells without a value come last in either order', async () => {
    await open();
    const table = '.scroll[aria-label="The frontier"] table';
    const at = (await texts(`${table} th`)).indexOf('ratio') + 1;
    const ratios = () => texts(`${table} td:nth-child(${at})`);
    const button = (await page.$(`${table} th:nth-child(${at}) button`))!;
    await button.click();
    expect(await ratios()).toEqual(['56.0', '300.0', '', '']);
    await button.click();
    expect(await ratios()).toEqual(['300.0', '56.0', '', '']);
  });

  test('every figure of the summary at every level is in a table', async () => {
    await open();
    const table = '.scroll[aria-label="Every figure of the summary"] table';
    expect(await texts(`${table} tbody tr`)).toHaveLength(60);
    const headings = await texts(`${table} th`);
    for (const heading of ['of level 0', 'accuracy', 'forward, sparse', 'memory, sparse'])
      expect(headings).toContain(heading);
    // The summary fits.
    const box = `document.querySelector('.scroll[aria-label="Summary"]')`;
    expect(await inPage(`${box}.scrollWidth <= ${box}.clientWidth`)).toBe(true);
  });

  test('a chart opens as a table, by keyboard', async () => {
    await open();
    const cells = `#roc-auc details td`;
    expect(await inPage(`document.querySelector('${cells}').checkVisibility()`)).toBe(false);
    await page.focus('#roc-auc summary');
    await page.keyboard.press('Enter');
    expect(await inPage(`document.querySelector('${cells}').checkVisibility()`)).toBe(true);
    expect(await texts('#roc-auc details th')).toEqual([
      'level',
      'L1, blocks (1, 1)',
      'L1, blocks (1, 4)',
      'L2, blocks (1, 4)',
    ]);
    expect((await texts('#roc-auc details td')).slice(0, 2)).toEqual(['0', '0.6395']);
  });

  /** What the tooltip of a chart says at a place of its drawing, in shares of width and height. */
  async function tooltipAt(id: string, x: number, y: number): Promise<string> {
    await inPage(`document.getElementById('${id}').scrollIntoView({ behavior: 'instant' })`);
    const box = (await (await page.$(`#${id} .live`))!.boundingBox())!;
    await page.mouse.move(box.x + box.width * x - 5, box.y + box.height * y);
    await page.mouse.move(box.x + box.width * x, box.y + box.height * y);
    const tooltip = `#${id} .tooltip`;
    await page.waitForFunction(`document.querySelector('${tooltip}')?.textContent`);
    return (await texts(tooltip))[0]!;
  }

  test('a tooltip has the values of all lines at a level, with their unit', async () => {
    await open();
    expect(await tooltipAt('size', 0.5, 0.5)).toMatch(
      /^level 0\.\d+L1, blocks \(1, 1\): [\d.]+ MiBL1, blocks \(1, 4\): [\d.]+ MiBL2, blocks \(1, 4\): [\d.]+ MiB$/,
    );
  });

  test('a tooltip of the frontier has what is known of a model', async () => {
    await open();
    // The point of the answer: 1140 bytes lie at the left, a loss of 0.8e-4 near the top.
    const [x, y] = await inPage<[number, number]>(`(() => {
      const box = document.querySelector('#frontier .live').getBoundingClientRect();
      const marks = [...document.querySelectorAll('#frontier .live path[stroke="var(--line-1)"]')];
      const mark = marks.find((path) => !/^M[^L]*L[^L]*$/.test(path.getAttribute('d')) || path.getBBox().width < 20);
      const at = mark.getBoundingClientRect();
      return [(at.x + at.width / 2 - box.x) / box.width, (at.y + at.height / 2 - box.y) / box.height];
    })()`);
    expect(await tooltipAt('frontier', x, y)).toMatch(
      /^mixed precision, (1\.14 kB|210 B)Loss of ROC AUC on the test set: [\d.]+e-4[\d.]+ times smallerROC AUC 0\.\d{4}change -[\d.]+e-4 \(95 %: /,
    );
  });

  test('what a file says is text, not markup', async () => {
    await open();
    // It does not fit above its panel.
    expect((await texts('#activation-auc .live text')).join()).toContain('tables: </script><img src=x ');
    expect(await texts('#activation-auc details td')).toContain(`tables: ${hostile}`);
    expect(await texts('img')).toEqual([]);
  });

  test('the contents lead to every section, chart and table', async () => {
    await open();
    const links = await inPage<string[]>(
      `[...document.querySelectorAll('nav a')].map((link) => link.getAttribute('href'))`,
    );
    expect(links.length).toBeGreaterThan(15);
    for (const link of links) expect([link, (await page.$(link)) !== null]).toEqual([link, true]);
    await page.emulateMediaFeatures([{ name: 'prefers-reduced-motion', value: 'reduce' }]);
    await (await page.$('nav a[href="#section-memory"]'))!.click();
    await page.waitForFunction(
      `Math.abs(document.getElementById('section-memory').getBoundingClientRect().top) < 50`,
    );
  });

  test('the lead counts the models of all methods', async () => {
    await open();
    const [lead] = await texts('.lead');
    // Two of the frontier's models are new: its level 0 and 0.9 of block norm are those of the grid.
    expect(lead).toMatch(/62 models by 2 methods\. The grid has 60 of them: L1, blocks \(1, 1\); /);
  });

  test('the policy of the page forbids the network and other scripts', async () => {
    await open();
    const refused = await inPage(`new Promise((resolve) => {
      const directives = [];
      document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => {
        if (directives.push(effectiveDirective) === 3) resolve(directives.sort());
      });
      fetch('https://example.org/').catch(() => undefined);
      const image = new Image();
      image.src = 'https://example.org/pixel.png';
      const script = document.createElement('script');
      script.textContent = 'window.ran = true';
      document.body.append(image, script);
    })`);
    expect(refused).toEqual(['connect-src', 'img-src', 'script-src-elem']);
    expect(await inPage('window.ran')).toBeUndefined();
    // puppeteer tells of the refused requests too.
    problems = [];
  });

  test('without scripts it has the same lines, in charts that scroll rather than shrink', async () => {
    await open({ width: 390, scripts: false });
    // puppeteer's own scripts still run.
    expect(await linesDrawn('still')).toEqual(charts);
    expect(await smallTexts()).toEqual([]);
    expect(await inPage('document.documentElement.scrollWidth')).toBe(390);
    expect(await texts('button')).toEqual([]);
    expect(await texts('#size .legend li')).toHaveLength(3);
  });

  test('prints light, with still charts and no contents', async () => {
    await open({ theme: 'dark' });
    await page.emulateMediaType('print');
    expect(await linesDrawn('still')).toEqual(charts);
    for (const selector of ['.live', 'nav', 'details'])
      expect(await inPage(`document.querySelector('${selector}').checkVisibility()`)).toBe(false);
    expect(await inPage('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)');
    expect((await page.pdf({ format: 'A4' })).length).toBeGreaterThan(50_000);
  });
}

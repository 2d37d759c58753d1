import { findBrowser } from '@ds/test-support';

const environment = process.env;
beforeEach(() => {
  process.env = { PATH: '/nowhere' };
});
afterEach(() => {
  process.env = environment;
});

test('a machine without a browser has none, which is an error where BROWSER_REQUIRED=1', () => {
  expect(findBrowser()).toBeUndefined();
  process.env['BROWSER_REQUIRED'] = '';
  expect(findBrowser()).toBeUndefined();
  process.env['BROWSER_REQUIRED'] = '1';
  expect(findBrowser).toThrow('a browser is required (BROWSER_REQUIRED): expected one of chromium,');
});

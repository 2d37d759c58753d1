import { readFileSync } from 'node:fs';

/**
 * The script of the report, which the build makes of `page.client.ts`: one file with what it uses of echarts. This file lies
 * directly in `src`, so that the path is right from there and from `dist`.
 */
export function pageScript(): string {
  return readFileSync(new URL('../dist/page.client.js', import.meta.url), 'utf8').trim();
}

import { build } from 'esbuild';
import { defineConfig } from 'tsup';
import { packageBuild } from '../../scripts/tsup.base.js';

export default defineConfig(async () => {
  // The script that the report contains: one file, with what it uses of echarts.
  await build({
    entryPoints: ['src/page.client.ts'],
    outfile: 'dist/page.client.js',
    bundle: true,
    minify: true,
    format: 'iife',
    target: 'es2021',
    define: { 'process.env.NODE_ENV': '"production"' },
    banner: {
      js: '/* Contains Apache ECharts (Apache-2.0, https://echarts.apache.org), zrender (BSD-3-Clause, Baidu Inc.) and tslib (0BSD, Microsoft). */',
    },
  });
  return packageBuild({ libraries: ['src/index.ts'], programs: ['src/cli.ts'] });
});

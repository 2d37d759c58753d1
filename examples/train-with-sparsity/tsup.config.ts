import { defineConfig } from 'tsup';
import { recordBuild } from '../../scripts/build-record.js';

// A program of this repository: it takes the packages from node_modules as they were built; what is private is inlined.
export default defineConfig({
  entry: ['src/main.ts'],
  format: 'esm',
  target: 'node20',
  noExternal: ['@ds/command-line', '@ds/files'],
  external: ['commander', 'cli-progress'],
  tsconfig: '../../tsconfig.base.json',
  silent: true,
  onSuccess: recordBuild(process.cwd()),
});

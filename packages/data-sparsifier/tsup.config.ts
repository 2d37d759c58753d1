import { defineConfig } from 'tsup';
import { packageBuild } from '../../scripts/tsup.base.js';

export default defineConfig(
  packageBuild({
    libraries: ['src/index.ts'],
    programs: ['src/threads.ts', 'src/without-threads.ts', 'src/select.worker.ts'],
    // The threads stay in a file of their own, loaded when asked for, which `browser` in package.json replaces.
    external: ['./threads.js'],
  }),
);

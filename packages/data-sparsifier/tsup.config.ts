import { defineConfig } from 'tsup';
import { packageBuild } from '../../scripts/tsup.base.js';

const builds = packageBuild({
  libraries: ['src/index.ts'],
  programs: ['src/threads.ts', 'src/threads.browser.ts', 'src/select.worker.ts'],
});

export default defineConfig(
  builds.map((build) => ({
    ...build,
    // The threads stay in a file of their own, loaded when asked for, which `browser` in package.json replaces.
    external: ['./threads.js'],
  })),
);

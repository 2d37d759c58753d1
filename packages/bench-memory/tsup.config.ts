import { defineConfig } from 'tsup';
import { packageBuild } from '../../scripts/tsup.base.js';

export default defineConfig(
  packageBuild({ libraries: ['src/index.ts'], programs: ['src/cli.ts', 'src/serve.worker.ts'] }),
);

import { defineConfig } from 'tsup';
import { packageBuild } from '../../scripts/tsup.base.js';

export default defineConfig(
  packageBuild({
    libraries: ['src/index.ts', 'src/metrics.ts', 'src/safetensors.ts'],
    programs: ['src/cli.ts', 'src/forward.worker.ts'],
    // An optional dependency, which tsup would bundle.
    external: ['onnxruntime-node'],
  }),
);

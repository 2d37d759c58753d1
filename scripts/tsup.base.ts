import type { Options } from 'tsup';
import { inlinedPackages, recordBuild } from './build-record.js';

/**
 * The build of one package: ESM, CJS and types from its entry files. Private workspaces are inlined, so that a published
 * package depends only on public packages.
 */
export function packageBuild({
  libraries,
  programs = [],
  external = [],
}: {
  /** Entry files for importing, such as `src/index.ts`. */
  libraries: string[];
  /** Standalone entry files (a command, a worker thread): ESM only, no types. */
  programs?: string[];
  /** Modules not to bundle, in addition to dependencies and peer dependencies. */
  external?: string[];
}): Options[] {
  const inlined = [new RegExp(`^@ds/(${inlinedPackages.join('|')})$`)];
  // The types are not counted as an output, because no test runs them.
  const onSuccess = recordBuild(process.cwd(), { outputs: 2 });
  // Each output has its own prefix for shared chunks, so that the builds can run concurrently.
  const shared: Options = {
    sourcemap: false,
    target: 'node20',
    noExternal: inlined,
    external,
    tsconfig: '../../tsconfig.base.json',
    silent: true,
  };
  const builds: Options[] = [
    {
      ...shared,
      entry: [...libraries, ...programs],
      format: 'esm',
      splitting: true,
      onSuccess,
    },
    // Shims provide `import.meta.url`, which locates a package's thread files.
    { ...shared, entry: libraries, format: 'cjs', dts: false, splitting: false, shims: true, onSuccess },
    { ...shared, entry: libraries, format: ['esm', 'cjs'], dts: { only: true } },
  ];
  return builds;
}

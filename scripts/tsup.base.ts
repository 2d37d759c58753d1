import type { Options } from 'tsup';
import { inlinedPackages, recordBuild } from './build-record.js';

/**
 * The build of one package: ESM, CJS and types from its entry files; the private workspaces
 * are inlined, so that a published package depends on public packages only.
 */
export function packageBuild({
  libraries,
  programs = [],
  external = [],
}: {
  /** Entry files that others import, such as `src/index.ts`. */
  libraries: string[];
  /** Entry files that run by themselves (a command, a worker thread): ESM only, no types. */
  programs?: string[];
  /** What is not bundled beside dependencies and peer dependencies. */
  external?: string[];
}): Options[] {
  const inlined = [new RegExp(`^@ds/(${inlinedPackages.join('|')})$`)];
  // The types, which no test runs, are not among the outputs that are waited for.
  const onSuccess = recordBuild(process.cwd(), { outputs: 2 });
  // Each output has a prefix of its own for shared chunks, so that the builds can run side by side.
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
    // Shims give it `import.meta.url`, which says where a package's threads are.
    { ...shared, entry: libraries, format: 'cjs', dts: false, splitting: false, shims: true, onSuccess },
    { ...shared, entry: libraries, format: ['esm', 'cjs'], dts: { only: true } },
  ];
  return builds;
}

/**
 * Mutation tests: npm run mutation -- [PACKAGE] [--mutate GLOB ...] [--tests GLOB ...]
 *
 * Stryker makes one small change at a time to the sources of a package and runs the package's tests on it. A change
 * that no test notices shows an untested line. A package takes hours; with --mutate, such as `src/sparsifiers/**`, only
 * these files are changed, and with --tests, such as `test/sparsifiers/**`, only these tests are run. Results are kept in
 * reports/mutation/PACKAGE.json, and the next run only tries what changed since then. The report is
 * reports/mutation/PACKAGE.html.
 */
import { parseArgs } from 'node:util';
import { Stryker } from '@stryker-mutator/core';

/** What is left out of a package's mutation run: sources that cannot be changed usefully, and tests that are too slow. */
const packages = {
  'bench-memory': {
    // Lists of exports; and the worker, which only answers with what `serveModel` returns, in a process of its own.
    sources: ['src/index.ts', 'src/serve.worker.ts'],
    // Many processes for each test; the others test the same with few.
    tests: ['bench-memory/test/cli\\.test'],
  },
  'data-sparsifier': {
    sources: [
      // WebAssembly in base64, built from `assembly/`, where Stryker cannot change it.
      'src/**/kernel-module.ts',
      'src/index.ts',
      // Run in worker threads, where the change under test is not switched on.
      'src/threads*.ts',
      'src/select.worker.ts',
    ],
    tests: ['data-sparsifier/test/selection/threads\\.test'],
  },
  'bench-models': { sources: ['src/index.ts'] },
  'tensor-files': { sources: ['src/index.ts', 'src/npz.ts', 'src/safetensors.ts'] },
};

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    mutate: { type: 'string', multiple: true, default: ['src/**/*.ts'] },
    tests: { type: 'string', multiple: true, default: ['test/**/*.test.ts'] },
  },
});
const names = Object.keys(packages);
const unknown = positionals.find((name) => !names.includes(name));
if (unknown !== undefined) throw new Error(`expected one of ${names.join(', ')}, found ${unknown}`);

for (const name of positionals.length > 0 ? positionals : names) {
  const folder = `packages/${name}`;
  const { sources = [], tests = [] } = packages[name];
  const results = await new Stryker({
    mutate: [
      ...values.mutate.map((glob) => `${folder}/${glob}`),
      ...sources.map((glob) => `!${folder}/${glob}`),
      // The texts of --help.
      `!${folder}/src/cli.ts`,
    ],
    ignorePatterns: ['/docs', '/examples', '/parity', '/performance', '/reports', '/results', '/torture'],
    // Some tests load the built package and refuse one of other sources.
    // The files of other packages stay as they are, so that their builds are not refused either.
    disableTypeChecks: `${folder}/src/**/*.ts`,
    tsconfigFile: 'none',
    buildCommand: `npm run build -w ${folder}`,
    plugins: ['@stryker-mutator/jest-runner'],
    testRunner: 'jest',
    jest: {
      configFile: 'jest.config.mjs',
      config: {
        roots: [`<rootDir>/${folder}`],
        testMatch: values.tests.map((glob) => `<rootDir>/${folder}/${glob}`),
        testPathIgnorePatterns: ['/node_modules/', ...tests],
        testEnvironment: './scripts/jest/mutation-environment.cjs',
        setupFiles: ['./scripts/jest/mutation-setup.cjs'],
        reporters: [],
      },
      // Tests that load the built package import none of the sources.
      enableFindRelatedTests: false,
    },
    coverageAnalysis: 'perTest',
    incremental: true,
    incrementalFile: `reports/mutation/${name}.json`,
    // Two processes, and generous limits: a slow test on a busy machine does not count as a change that was noticed.
    concurrency: 2,
    dryRunTimeoutMinutes: 30,
    timeoutMS: 60_000,
    timeoutFactor: 4,
    reporters: ['clear-text', 'html', 'progress-append-only'],
    clearTextReporter: { reportTests: false },
    htmlReporter: { fileName: `reports/mutation/${name}.html` },
  }).runMutationTest();
  if (results.length === 0) throw new Error(`${name}: nothing was changed`);
}

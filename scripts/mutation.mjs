/**
 * Mutation tests: npm run mutation [-- PACKAGE [FILE ...]]
 *
 * Stryker makes one small change at a time to the sources of a package and runs the package's tests on it. A change
 * that no test notices shows an untested line. All packages take hours; with FILE, such as `src/sparse/**`, only these
 * files are changed. The report is reports/mutation/PACKAGE.html.
 */
import { Stryker } from '@stryker-mutator/core';

const packages = ['data-sparsifier', 'tensor-files', 'bench-models', 'bench-memory'];
// Their tests start the command as a process, whose coverage is unknown, so all tests run on each change.
const testedByProcesses = ['bench-memory'];

const [chosen, ...files] = process.argv.slice(2);
if (chosen !== undefined && !packages.includes(chosen)) {
  throw new Error(`expected one of ${packages.join(', ')}, found ${chosen}`);
}
for (const name of chosen ? [chosen] : packages) {
  const folder = `packages/${name}`;
  const isTestedByProcesses = testedByProcesses.includes(name);
  const results = await new Stryker({
    mutate: [
      ...(files.length > 0 ? files : ['src/**/*.ts']).map((file) => `${folder}/${file}`),
      // WebAssembly in base64; the texts of --help.
      `!${folder}/src/**/kernel-module.ts`,
      `!${folder}/src/cli.ts`,
    ],
    ignorePatterns: ['/docs', '/examples', '/parity', '/performance', '/reports', '/results', '/torture'],
    // So that processes and threads started by the tests also run the changed code.
    buildCommand: `npm run build -w ${folder}`,
    plugins: ['@stryker-mutator/jest-runner'],
    testRunner: 'jest',
    jest: {
      configFile: 'jest.config.mjs',
      config: {
        roots: ['<rootDir>/packages'],
        testMatch: [`<rootDir>/${folder}/test/**/*.test.ts`],
        testEnvironment: './scripts/mutation-environment.cjs',
        reporters: [],
      },
      enableFindRelatedTests: !isTestedByProcesses,
    },
    coverageAnalysis: isTestedByProcesses ? 'off' : 'perTest',
    concurrency: 2,
    timeoutMS: 60_000,
    reporters: ['clear-text', 'html', 'progress'],
    clearTextReporter: { reportTests: false },
    htmlReporter: { fileName: `reports/mutation/${name}.html` },
  }).runMutationTest();
  if (results.length === 0) throw new Error(`${name}: nothing was changed`);
}

/**
 * Mutation tests: npm run mutation [-- PACKAGE [FILE ...]]
 *
 * Stryker changes the sources of a package in one place after the other and runs the package's tests on each
 * change. A change that no test notices shows a line that is not tested. All packages take hours; files, such as
 * `src/sparse/**`, are changed alone. The report is reports/mutation/PACKAGE.html.
 */
import { Stryker } from '@stryker-mutator/core';

const packages = ['data-sparsifier', 'tensor-files', 'bench-models', 'bench-memory'];
// Its tests start the command as a process, which cannot say what it ran: each change is tested by all of them.
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
    // Processes and threads that the tests start run the changes too.
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

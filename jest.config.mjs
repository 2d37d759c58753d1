/** @type {import('jest').Config} */
export default {
  roots: ['<rootDir>/packages', '<rootDir>/examples', '<rootDir>/scripts', '<rootDir>/torture'],
  testMatch: ['**/test/**/*.test.ts'],
  // By default one processor stays free, which is half of a machine that has two.
  maxWorkers: '100%',
  testEnvironment: '<rootDir>/scripts/jest/environment.cjs',
  // In Jest's sandbox each look-up of a global costs 0.2 us, many times the loop around it. These become arguments.
  sandboxInjectedGlobals: [
    ...['Array', 'Infinity', 'Math', 'Number', 'Object'],
    ...['Float32Array', 'Float64Array', 'Int32Array', 'Uint32Array', 'Uint16Array', 'Uint8Array'],
  ],
  setupFilesAfterEnv: ['<rootDir>/scripts/jest/typed-arrays.cjs'],
  transform: {
    '^.+\\.(ts|mjs|js)$': [
      '@swc/jest',
      {
        jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
        module: { type: 'commonjs' },
      },
    ],
  },
  // ES modules without a CommonJS build.
  transformIgnorePatterns: ['/node_modules/(?!(p-map|markdown-table)/)'],
  moduleNameMapper: {
    '^@ds/([a-z-]+)$': '<rootDir>/packages/$1/src/index.ts',
    '^@ds/([a-z-]+)/([a-z-]+)$': '<rootDir>/packages/$1/src/$2.ts',
    // Sources import each other by the names of the built files.
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  // Tests start commands as processes, which take seconds on a small machine.
  testTimeout: 120_000,
  reporters: ['default', '<rootDir>/scripts/jest/absent-engines-reporter.cjs'],
};

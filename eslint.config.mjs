import eslint from '@eslint/js';
import tseslint from 'typescript-eslint';

// The layers, in the order of the README: a package may import only what its row names.
const mayImport = {
  'data-sparsifier': [],
  'activation-sparsifier': [],
  'tensor-files': ['data-sparsifier'],
  'criteo-data': ['tensor-files'],
  dlrm: ['criteo-data', 'data-sparsifier', 'activation-sparsifier', 'tensor-files'],
  'table-compression': ['data-sparsifier', 'dlrm', 'criteo-data', 'tensor-files'],
  'bench-models': ['data-sparsifier', 'table-compression', 'tensor-files'],
  'bench-disk': ['bench-models', 'dlrm', 'criteo-data', 'table-compression', 'tensor-files'],
  'bench-metrics': ['bench-disk', 'bench-models', 'dlrm', 'criteo-data', 'tensor-files'],
  'bench-forward': ['bench-disk', 'bench-models', 'dlrm', 'criteo-data'],
  'bench-memory': ['bench-disk', 'bench-models', 'dlrm', 'criteo-data'],
  'bench-activations': ['bench-models', 'dlrm', 'criteo-data', 'table-compression', 'activation-sparsifier'],
  'bench-frontier': [
    'bench-models',
    'dlrm',
    'criteo-data',
    'data-sparsifier',
    'table-compression',
    'tensor-files',
  ],
  'bench-report': ['bench-models'],
  'command-line': ['files'],
  files: [],
  threads: [],
};
const privatePackages = ['command-line', 'files', 'threads'];

const layers = Object.entries(mayImport).map(([name, allowed]) => {
  const own = privatePackages.includes(name) ? [] : privatePackages;
  const forbidden = Object.keys(mayImport).filter(
    (other) => other !== name && ![...allowed, ...own].includes(other),
  );
  return {
    files: [`packages/${name}/src/**/*.ts`],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            ...forbidden.map((other) => ({
              regex: `^@ds/${other}(/|$)`,
              message: `@ds/${name} may import only: ${[...allowed, ...own].join(', ') || 'no package of this repository'}`,
            })),
            { regex: '^(\\.\\./)+[a-z-]+/src', message: 'import other packages by name' },
          ],
        },
      ],
    },
  };
});

export default tseslint.config(
  {
    ignores: [
      '**/dist/',
      '**/golden/',
      '**/node_modules/',
      '**/assembly/',
      'docs/api/',
      'results/',
      '.nx/',
      '.stryker-tmp/',
    ],
  },
  eslint.configs.recommended,
  ...tseslint.configs.strict,
  {
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      // Index loops over typed arrays are the hot paths here; `!` states that the index is in range.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
    },
  },
  {
    files: ['**/*.cjs', '**/*.mjs', '**/*.js'],
    languageOptions: {
      globals: {
        Buffer: 'readonly',
        process: 'readonly',
        console: 'readonly',
        require: 'readonly',
        module: 'writable',
        globalThis: 'readonly',
        URL: 'readonly',
      },
    },
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
  ...layers,
  {
    files: ['packages/*/test/**/*.ts', 'packages/test-support/src/**/*.ts', 'examples/*/test/**/*.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector:
            "CallExpression[callee.name='join']:not(CallExpression[callee.name='builtFile'] > *) > Literal[value=/^(\\.\\.\\x2F)*dist(\\x2F|$)/]",
          message: 'get the path of an up-to-date built file from builtFile() of @ds/test-support',
        },
      ],
    },
  },
);

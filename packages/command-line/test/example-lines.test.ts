import { exampleLines } from '../src/example-lines.js';

test('a long command goes on in lines of at most 80 characters, as a shell reads it', () => {
  const command = `bench-x --model-path ${'m'.repeat(40)}.ckpt --processed-data-file ${'d'.repeat(30)}.npz --quiet`;
  const lines = exampleLines(`${command}\nbench-x --quiet`).split('\n');
  expect(lines).toEqual([
    `  bench-x --model-path ${'m'.repeat(40)}.ckpt \\`,
    `    --processed-data-file ${'d'.repeat(30)}.npz --quiet`,
    '  bench-x --quiet',
  ]);
  const joined = lines.slice(0, 2).map((line) => line.trim().replace(/ \\$/, ''));
  expect(joined.join(' ')).toBe(command);
});

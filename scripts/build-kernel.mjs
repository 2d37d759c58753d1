// Run in a package's folder: compiles its assembly/*.ts with AssemblyScript and writes the module as base64 into the
// TypeScript file named on the command line. With --check nothing is written; the exit code says whether the
// committed module is up to date.
import { readFile, writeFile } from 'node:fs/promises';
import asc from 'assemblyscript/asc';

const [target] = process.argv.slice(2);
const { error, stdout, stderr, binary } = await compile();
if (error) {
  process.stderr.write(`${stdout}${stderr}${error.message}\n`);
  process.exit(1);
}
const source = `// Compiled from assembly/ by \`npm run build:kernel\`; not edited by hand.
export const kernelModuleBase64 =
  '${Buffer.from(binary).toString('base64')}';
`;
if (process.argv.includes('--check')) {
  if ((await readFile(target, 'utf8')) !== source) {
    process.stderr.write(`error: ${target} is not what assembly/ compiles to; run npm run build:kernel\n`);
    process.exit(1);
  }
} else {
  await writeFile(target, source);
}

async function compile() {
  let binary;
  const result = await asc.main(
    [
      'index.ts',
      '--outFile=kernel.wasm',
      '-O3',
      '--noAssert',
      '--enable=simd',
      '--runtime=stub',
      '--importMemory',
      // Keeps address 0 free.
      '--memoryBase=64',
    ],
    {
      readFile: (name) => readFile(`assembly/${name}`, 'utf8').catch(() => null),
      writeFile: (name, contents) => {
        if (name === 'kernel.wasm') binary = contents;
      },
      listFiles: () => [],
    },
  );
  return { error: result.error, stdout: result.stdout.toString(), stderr: result.stderr.toString(), binary };
}

// Compiles assembly/*.ts with AssemblyScript and writes the module as base64 into src/tables/kernel-module.ts.
// With --check nothing is written: the exit code says whether the committed module is the compiled one.
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const target = new URL('../src/tables/kernel-module.ts', import.meta.url);
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
    process.stderr.write(
      'error: src/tables/kernel-module.ts is not what assembly/ compiles to; run npm run build:kernel\n',
    );
    process.exit(1);
  }
} else {
  await writeFile(target, source);
}

async function compile() {
  let binary;
  const folder = fileURLToPath(new URL('../assembly', import.meta.url));
  const result = await asc.main(
    [
      'index.ts',
      '--outFile=kernel.wasm',
      '-O3',
      '--noAssert',
      '--enable=simd',
      '--runtime=stub',
      '--importMemory',
      // The first kilobyte is the kernel's own; TableMemory hands out what follows it.
      '--memoryBase=64',
    ],
    {
      readFile: (name) => readFile(`${folder}/${name}`, 'utf8').catch(() => null),
      writeFile: (name, contents) => {
        if (name === 'kernel.wasm') binary = contents;
      },
      listFiles: () => [],
    },
  );
  return { error: result.error, stdout: result.stdout.toString(), stderr: result.stderr.toString(), binary };
}

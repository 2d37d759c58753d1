// Checks tarballs with publint and "Are the types wrong?" in one process, which loads TypeScript once: prints what each
// of them finds in each tarball, as JSON.
import { readFile } from 'node:fs/promises';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';

const found = {};
for (const path of process.argv.slice(2)) {
  const tarball = await readFile(path);
  const { messages, pkg } = await publint({
    pack: { tarball: tarball.buffer.slice(tarball.byteOffset, tarball.byteOffset + tarball.length) },
    strict: true,
    level: 'warning',
  });
  const checked = await checkPackage(createPackageFromTarballData(new Uint8Array(tarball)));
  found[path] = {
    publint: messages.map((message) => formatMessage(message, pkg)),
    hasTypes: checked.types !== false,
    types: checked.problems ?? [],
  };
}
process.stdout.write(JSON.stringify(found));

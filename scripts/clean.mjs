/** Removes every build, because the names of shared chunks change and a package ships everything in its dist. */
import { readdirSync, rmSync } from 'node:fs';

const root = new URL('../', import.meta.url);
for (const folder of ['packages', 'examples']) {
  for (const name of readdirSync(new URL(folder, root))) {
    for (const made of ['dist', '.built-from']) {
      rmSync(new URL(`${folder}/${name}/${made}`, root), { recursive: true, force: true });
    }
  }
}

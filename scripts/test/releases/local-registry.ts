import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { root } from '../published-packages.js';

export interface LocalRegistry {
  url: string;
  stop(): Promise<void>;
}

/** Starts verdaccio on the loopback: it takes our packages, and passes all others on from `upstream`. */
export async function startLocalRegistry(folder: string, upstream: string): Promise<LocalRegistry> {
  const port = await freePort();
  await mkdir(folder, { recursive: true });
  const config = join(folder, 'config.yaml');
  await writeFile(
    config,
    `
storage: ${JSON.stringify(join(folder, 'storage'))}
uplinks:
  upstream: { url: ${JSON.stringify(upstream)}, timeout: 60s }
packages:
  '@ds/*': { access: $all, publish: $all }
  '**': { access: $all, proxy: upstream }
max_body_size: 20mb
log: { type: stdout, format: pretty, level: warn }
`,
  );
  const verdaccio = join(root, 'node_modules/verdaccio/bin/verdaccio');
  const server = spawn(
    process.execPath,
    [verdaccio, '--config', config, '--listen', `http://127.0.0.1:${port}`],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const log = createWriteStream(join(folder, 'verdaccio.log'));
  server.stdout.pipe(log);
  server.stderr.pipe(log);
  const url = `http://127.0.0.1:${port}/`;
  await answers(`${url}-/ping`, server);
  return {
    url,
    async stop() {
      server.kill();
      if (server.exitCode === null && server.signalCode === null) await once(server, 'exit');
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function answers(url: string, server: { exitCode: number | null }): Promise<void> {
  for (let tried = 0; tried < 300; tried++) {
    if (server.exitCode !== null) throw new Error(`verdaccio ended with exit code ${server.exitCode}`);
    const response = await fetch(url).catch(() => undefined);
    if (response?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`verdaccio does not answer at ${url}`);
}

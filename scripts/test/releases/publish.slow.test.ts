import { execFile, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import {
  appendFile,
  copyFile,
  cp,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative, sep } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import puppeteer from 'puppeteer-core';
import { findBrowser } from '@ds/test-support';
import { startLocalRegistry, type LocalRegistry } from './local-registry.js';
import { privateWorkspaces, publishedPackages, root } from '../published-packages.js';

// A release from the version to the registry, and what a user does with it, outside of the tree.
let folder: string;
let registry: LocalRegistry;
let release: string;

const lerna = join(root, 'node_modules/lerna/dist/cli.js');

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'publish-test-'));
  // npm's own settings of whoever runs the test, with the local registry in place of theirs.
  const upstream = execFileSync('npm', ['config', 'get', 'registry'], {
    encoding: 'utf8',
    shell: process.platform === 'win32',
  }).trim();
  registry = await startLocalRegistry(join(folder, 'registry'), upstream);
  release = await copyRepository(join(folder, 'release'));
});

afterAll(async () => {
  await registry?.stop();
  await rm(folder, { recursive: true, force: true });
});

const run = (cwd: string, program: string, ...args: string[]) => runWith({}, cwd, program, ...args);

async function runWith(
  env: Record<string, string>,
  cwd: string,
  program: string,
  ...args: string[]
): Promise<string> {
  const npm = program === 'npm' || program === 'npx';
  const { host } = new URL(registry.url);
  try {
    const { stdout } = await promisify(execFile)(program, args, {
      cwd,
      maxBuffer: 1 << 26,
      shell: npm && process.platform === 'win32',
      env: {
        ...process.env,
        NX_DAEMON: 'false',
        NX_WORKSPACE_DATA_DIRECTORY: join(folder, 'nx'),
        npm_config_registry: registry.url,
        [`npm_config_//${host}/:_authToken`]: 'anyone',
        npm_config_audit: 'false',
        npm_config_fund: 'false',
        npm_config_provenance: 'false',
        npm_config_update_notifier: 'false',
        // onnxruntime-node's install script downloads what only an NVIDIA GPU needs, from a host of its own.
        npm_config_ignore_scripts: 'true',
        ...env,
      },
    });
    return stdout;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`${program} ${args.join(' ')} failed\n${stdout}\n${stderr}`, { cause: error });
  }
}

const git = (...args: string[]) =>
  run(release, 'git', '-c', 'user.name=test', '-c', 'user.email=test@example.org', ...args);

/** The repository's files and builds, as a repository of its own. */
async function copyRepository(copy: string): Promise<string> {
  const tracked = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  }).split('\0');
  for (const path of tracked) {
    if (!path || path.includes('/golden/') || !existsSync(join(root, path))) continue;
    await mkdir(dirname(join(copy, path)), { recursive: true });
    await copyFile(join(root, path), join(copy, path));
  }
  for (const { name } of publishedPackages) {
    await cp(join(root, 'packages', name, 'dist'), join(copy, 'packages', name, 'dist'), { recursive: true });
  }
  await symlink(join(root, 'node_modules'), join(copy, 'node_modules'), 'junction');
  return copy;
}

async function emptyProject(name: string): Promise<string> {
  const project = join(folder, name);
  await mkdir(project);
  await writeFile(join(project, 'package.json'), JSON.stringify({ name, version: '1.0.0', private: true }));
  return project;
}

it('releases one fix: lerna version and lerna publish from-package', async () => {
  await git('init', '--quiet', '--initial-branch=main');
  await appendFile(join(release, '.git/info/exclude'), '\nnode_modules\n');
  await git('config', 'user.name', 'test');
  await git('config', 'user.email', 'test@example.org');
  await git('config', 'commit.gpgsign', 'false');
  await git('config', 'tag.gpgsign', 'false');
  await git('add', '.');
  await git('commit', '--quiet', '--message=feat: everything');
  const { version } = JSON.parse(await readFile(join(release, 'lerna.json'), 'utf8'));
  await git('tag', '--annotate', `v${version}`, '--message=release');
  const remote = join(folder, 'remote.git');
  await git('init', '--quiet', '--bare', '--initial-branch=main', remote);
  await git('remote', 'add', 'origin', remote);
  await git('push', '--quiet', '--set-upstream', '--follow-tags', 'origin', 'main');
  await appendFile(join(release, 'packages/dlrm/src/index.ts'), '\n');
  await git('commit', '--quiet', '--all', '--message=fix(dlrm): say it better');

  await run(release, process.execPath, lerna, 'version', '--yes');
  const released = JSON.parse(await readFile(join(release, 'lerna.json'), 'utf8')).version;
  const [major, minor, patch] = version.split('.').map(Number);
  expect(released).toBe(`${major}.${minor}.${patch + 1}`);
  expect(await readFile(join(release, 'packages/dlrm/CHANGELOG.md'), 'utf8')).toContain('say it better');
  for (const { name } of publishedPackages) {
    const json = JSON.parse(await readFile(join(release, 'packages', name, 'package.json'), 'utf8'));
    expect(json.version).toBe(released);
    for (const [dependency, range] of Object.entries(json.dependencies ?? {})) {
      if (dependency.startsWith('@ds/')) expect(range).toBe(released);
    }
  }
  const changed = (await git('diff', '--name-only', 'HEAD~1')).trim().split('\n');
  expect(changed).toContain('packages/dlrm/package.json');
  const isPrivate = (path: string) =>
    privateWorkspaces.some(({ folder }) =>
      path.startsWith(`${relative(root, folder).replaceAll(sep, '/')}/`),
    );
  expect(changed.filter(isPrivate)).toEqual([]);
  expect(await git('tag', '--points-at', 'HEAD')).toBe(`v${released}\n`);
  // The version is pushed by hand, as CONTRIBUTING.md has it: a pushed tag publishes.
  const remoteTags = () => git('ls-remote', '--tags', '--refs', 'origin');
  expect(await remoteTags()).not.toContain(`v${released}`);
  await git('push', '--quiet', '--follow-tags');
  expect(await remoteTags()).toContain(`v${released}`);

  await run(release, process.execPath, lerna, 'publish', 'from-package', '--yes', '--no-git-reset');
  for (const { json } of publishedPackages) {
    const published = await (await fetch(new URL(`/${json.name}`, registry.url))).json();
    expect([json.name, published['dist-tags']]).toEqual([json.name, { latest: released }]);
  }
});

describe('@ds/data-sparsifier, installed alone', () => {
  let project: string;

  const prune = `
    const table = { data: Float32Array.from({ length: 64 }, (_, i) => i - 20.5), shape: [8, 8] };
    const sparsifier = new DataNormSparsifier({ sparsityLevel: 0.75, sparseBlockShape: [1, 4], norm: 'L2' });
    sparsifier.addData('embedding', table);
    sparsifier.step();
    sparsifier.squashMask();`;
  const zeros = 'table.data.filter((value) => value === 0).length';

  beforeAll(async () => {
    project = await emptyProject('only-the-sparsifier');
    await run(project, 'npm', 'install', '@ds/data-sparsifier');
  });

  const write = (name: string, text: string) => writeFile(join(project, name), text);

  it('brings nothing else', async () => {
    expect((await readdir(join(project, 'node_modules'))).filter((name) => !name.startsWith('.'))).toEqual([
      '@ds',
    ]);
    expect(await readdir(join(project, 'node_modules/@ds'))).toEqual(['data-sparsifier']);
  });

  it.each([
    ['an ES module', 'prune.mjs', "import { DataNormSparsifier } from '@ds/data-sparsifier';"],
    ['a CommonJS module', 'prune.cjs', "const { DataNormSparsifier } = require('@ds/data-sparsifier');"],
  ])('prunes a table in %s', async (_, name, load) => {
    await write(name, `${load}${prune}\nconsole.log(${zeros});`);
    expect(await run(project, process.execPath, name)).toBe('48\n');
  });

  it('prunes a table on threads', async () => {
    const inThreads = prune.replace('sparsifier.step()', 'await sparsifier.stepInThreads({ threads: 2 })');
    const load = "import { DataNormSparsifier } from '@ds/data-sparsifier';";
    await write('threads.mjs', `${load}${inThreads}\nconsole.log(${zeros});`);
    expect(await run(project, process.execPath, 'threads.mjs')).toBe('48\n');
    await write(
      'threads.cjs',
      `const { DataNormSparsifier } = require('@ds/data-sparsifier');
      (async () => {${inThreads}\nconsole.log(${zeros}); })();`,
    );
    expect(await run(project, process.execPath, 'threads.cjs')).toBe('48\n');
  });

  it.each([
    ['node16', 'node16', 'prune.mts'],
    ['node16', 'node16', 'prune.cts'],
    ['bundler', 'esnext', 'prune.ts'],
  ])(
    'type-checks strictly with moduleResolution %s and module %s: %s',
    async (moduleResolution, module, name) => {
      await write(
        name,
        `import { DataNormSparsifier, type Table } from '@ds/data-sparsifier';
      ${prune.replace('const table =', 'const table: Table =')}
      export const mask: Uint8Array = sparsifier.getMask('embedding');
      // @ts-expect-error: a level is a number
      sparsifier.addData('wrong', table, { sparsityLevel: 'high' });`,
      );
      const compilerOptions = {
        ...{ module, moduleResolution, target: 'es2022', lib: ['es2022'], types: [] },
        ...{ strict: true, noEmit: true, skipLibCheck: false },
      };
      await write('tsconfig.json', JSON.stringify({ compilerOptions, files: [name] }));
      await run(
        project,
        process.execPath,
        join(root, 'node_modules/typescript/bin/tsc'),
        '-p',
        'tsconfig.json',
      );
    },
  );

  it('is bundled for a browser without any shim, and prunes a table there', async () => {
    await write(
      'page.js',
      `import { DataNormSparsifier } from '@ds/data-sparsifier';${prune}\ndocument.title = ${zeros};`,
    );
    const { outputFiles } = await build({
      absWorkingDir: project,
      entryPoints: ['page.js'],
      bundle: true,
      format: 'esm',
      platform: 'browser',
      write: false,
    });
    const script = outputFiles[0]!.text;
    expect(script).not.toMatch(/["']node:/);

    const executablePath = findBrowser();
    if (!executablePath) return console.warn('No browser is installed: the bundle was made, but not opened.');
    const browser = await puppeteer.launch({ executablePath, args: ['--no-sandbox'] });
    try {
      const page = await browser.newPage();
      const problems: unknown[] = [];
      page.on('pageerror', (error) => problems.push(error));
      await page.setContent('<title>pruning</title>');
      await page.addScriptTag({ type: 'module', content: script });
      await page.waitForFunction("document.title !== 'pruning'", { timeout: 20_000 });
      expect(await page.title()).toBe('48');
      expect(problems).toEqual([]);
    } finally {
      await browser.close();
    }
  });
});

it('installs @ds/dlrm, scripts on, where only the registry is reached, and computes in WebAssembly', async () => {
  const project = await emptyProject('registry-only');
  // A proxy that nobody answers at, for the download of onnxruntime-node's install script alone.
  const unreachable = { GLOBAL_AGENT_HTTPS_PROXY: 'http://127.0.0.1:9', npm_config_ignore_scripts: 'false' };
  await runWith(unreachable, project, 'npm', 'install', '@ds/dlrm');
  await writeFile(
    join(project, 'forward.mjs'),
    `import { Dlrm } from '@ds/dlrm';
    const config = { embeddingDim: 2, tableRows: [3], bottomMlp: [1, 2], topMlp: [3, 1] };
    const model = await Dlrm.create(config, { seed: 1 });
    const probabilities = await model.forward({ dense: Float32Array.of(1), sparse: Int32Array.of(2) });
    console.log(model.engine.name, model.engine.device, probabilities.length);`,
  );
  const found = await run(project, process.execPath, 'forward.mjs');
  // Where the script downloads nothing, as on macOS, the library is there.
  const libraries = process.platform === 'linux' && process.arch === 'x64' ? 'tfjs wasm' : 'onnx cpu';
  expect(found).toBe(`${libraries} 1\n`);
});

it('runs bench-disk with npx where only that is installed', async () => {
  const project = await emptyProject('only-bench-disk');
  await run(project, 'npm', 'install', '@ds/bench-disk');
  const model = join(root, 'packages/test-support/test/golden/original-run/criteo_model.ckpt');
  await run(
    project,
    ...([
      'npx',
      '--no-install',
      'bench-disk',
      '--model-path',
      model,
      '--sparsified-model-dump-path',
    ] as const),
    ...['models', '--sparsity-levels', '0,0.9', '--norms', 'L1', '--quiet'],
  );
  const metadata = await readFile(join(project, 'sparse_model_metadata.csv'), 'utf8');
  expect(metadata.trim().split('\n')).toHaveLength(1 + 4);
});

it('runs the full benchmark on a small size where everything is installed', async () => {
  const project = await emptyProject('everything');
  await run(project, 'npm', 'install', ...publishedPackages.map(({ json }) => json.name));
  const benchmark = join(project, 'benchmark');
  await cp(join(root, 'examples/full-benchmark/dist'), benchmark, { recursive: true });
  await writeFile(join(benchmark, 'package.json'), JSON.stringify({ type: 'module' }));
  await run(
    project,
    process.execPath,
    ...[
      'benchmark/main.js',
      '--rows',
      '2000',
      '--sparsity-levels',
      '0.9',
      '--norms',
      'L1',
      '--sparse-block-shapes',
      '1x4',
    ],
    ...['--forward-runs', '2', '--frontier-methods', 'mixed-precision', '--output-dir', 'results', '--quiet'],
  );
  expect(await readdir(join(project, 'results'))).toEqual(
    expect.arrayContaining([
      'dlrm_forward_time_info.csv',
      'report.html',
      'sparse_model_metadata.csv',
      'sparse_model_metrics.csv',
    ]),
  );
});

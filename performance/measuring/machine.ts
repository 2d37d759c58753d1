import { spawnSync } from 'node:child_process';
import { availableParallelism, cpus, totalmem } from 'node:os';

/** The Python that runs the rivals. */
export const python = process.env['PERFORMANCE_PYTHON'] ?? 'python3';

/** The Python of the rivals that need fbgemm-gpu-cpu, which requires an older PyTorch than the other rivals. */
export const fbgemmPython = process.env['PERFORMANCE_FBGEMM_PYTHON'] ?? python;

/**
 * One line that describes the machine and the versions.
 *
 * @throws Error if the Python of the rivals lacks their packages
 */
export function describeMachine(): string {
  const { status, stdout, stderr } = spawnSync(
    python,
    [
      '-c',
      'import platform, torch, numpy; print(f"Python {platform.python_version()}, PyTorch {torch.__version__}, NumPy {numpy.__version__}")',
    ],
    { encoding: 'utf8' },
  );
  if (status !== 0) {
    const reason = stderr?.trim().split('\n').at(-1) || 'it cannot be started';
    throw new Error(
      `PERFORMANCE_PYTHON: expected a Python with PyTorch and NumPy, found ${python}: ${reason}`,
    );
  }
  const processor = cpus()[0]?.model ?? 'unknown processor';
  const gibibytes = (totalmem() / 2 ** 30).toFixed(0);
  return `${processor}, ${availableParallelism()} cores, ${gibibytes} GiB; Node ${process.version}, ${stdout.trim()}`;
}

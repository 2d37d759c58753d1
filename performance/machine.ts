import { spawnSync } from 'node:child_process';
import { availableParallelism, cpus, totalmem } from 'node:os';

/** One line that says what the times were measured on. */
export function describeMachine(): string {
  const python = process.env['PERFORMANCE_PYTHON'] ?? 'python3';
  const versions = spawnSync(
    python,
    [
      '-c',
      'import platform, torch, numpy; print(f"Python {platform.python_version()}, PyTorch {torch.__version__}, NumPy {numpy.__version__}")',
    ],
    { encoding: 'utf8' },
  ).stdout.trim();
  const processor = cpus()[0]?.model ?? 'unknown processor';
  const gibibytes = (totalmem() / 2 ** 30).toFixed(0);
  return `${processor}, ${availableParallelism()} cores, ${gibibytes} GiB; Node ${process.version}, ${versions}`;
}

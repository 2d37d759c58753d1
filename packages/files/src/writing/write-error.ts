/** The error to throw when writing to `path` failed: a system error is wrapped in one that names the path, others stay. */
export function writeError(path: string, error: unknown): unknown {
  return isSystemError(error) ? cannotWrite(path, error) : error;
}

/** An error that names `path` and says why it cannot be written. */
export function cannotWrite(path: string, error: unknown): Error {
  return new Error(`cannot write ${path}: ${reasonOf(error)}`, { cause: error });
}

/** Whether an error comes from the system, with a code such as ENOENT. */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  // Not by instanceof, because a test runner's realm has its own Error.
  return typeof error === 'object' && error !== null && 'syscall' in error && 'code' in error;
}

function reasonOf(error: unknown): string {
  const reasons: Record<string, string> = {
    EACCES: 'permission denied',
    EROFS: 'the file system is read-only',
    ENOSPC: 'no space left on the device',
    ENOTDIR: 'a part of its path is a file, not a folder',
    EEXIST: 'a part of its path is a file, not a folder',
    EISDIR: 'it is a folder',
    EMFILE: 'too many open files; raise the limit of open files (ulimit -n)',
    ENFILE: 'the system has too many open files; raise the limit of open files (ulimit -n)',
  };
  if (!isSystemError(error)) return error instanceof Error ? error.message : String(error);
  return reasons[error.code ?? ''] ?? error.message;
}

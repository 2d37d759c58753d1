// Removals to run if the process exits (also by a signal that a command turns into an exit), by path.
const removals = new Map<string, () => void>();
const removeAll = () => removals.forEach((remove) => remove());

/** Calls `remove` if the process exits before `keepAtExit`. */
export function removeAtExit(path: string, remove: () => void): void {
  // Listen only while needed: each package has a copy of this module, and Node warns about more than ten listeners.
  if (removals.size === 0) process.on('exit', removeAll);
  removals.set(path, remove);
}

/** Cancels the removal of a path at exit. */
export function keepAtExit(path: string): void {
  removals.delete(path);
  if (removals.size === 0) process.off('exit', removeAll);
}

// What is removed if the process exits (also by a signal that a command turns into an exit), by its path.
const removals = new Map<string, () => void>();
const removeAll = () => removals.forEach((remove) => remove());

/** Calls `remove` if the process exits before `keepAtExit`. */
export function removeAtExit(path: string, remove: () => void): void {
  // Listens only meanwhile: each package has a copy of this module, and Node warns of over ten listeners.
  if (removals.size === 0) process.on('exit', removeAll);
  removals.set(path, remove);
}

/** An exit leaves it from now on. */
export function keepAtExit(path: string): void {
  removals.delete(path);
  if (removals.size === 0) process.off('exit', removeAll);
}

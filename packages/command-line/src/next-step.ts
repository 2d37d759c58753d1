const steps: readonly { codes: readonly string[]; words?: RegExp; step: string }[] = [
  {
    codes: ['EMFILE', 'ENFILE'],
    words: /\b(EMFILE|ENFILE)\b|too many open files/i,
    step: 'raise the limit of open files (ulimit -n)',
  },
  {
    codes: ['ENOMEM', 'ERR_MEMORY_ALLOCATION_FAILED', 'ERR_WORKER_OUT_OF_MEMORY'],
    words:
      /allocation failed|could not allocate|out of memory|unable to (grow|allocate)|maximum memory size/i,
    step: 'too little memory: fewer --threads need less, and node --max-old-space-size=<MiB> allows more',
  },
];

/** What the user can do if the system's limits caused an error, directly or indirectly. */
export function nextStep(error: unknown): string | undefined {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 10; cause = cause.cause, depth++) {
    const { code = '', message } = cause as NodeJS.ErrnoException;
    const found = steps.find(({ codes, words }) => codes.includes(code) || words?.test(message));
    if (found) return found.step;
  }
  return undefined;
}

/** How far a stage is. */
export interface StageState {
  label: string;
  done: number;
  total: number;
  /** `performance.now()` when it started, and what was done by then, in an earlier run. */
  start: { at: number; done: number };
  /** `performance.now()` when all was done. */
  end?: number;
}

const widestLabel = 24;
const widestBar = 40;
const narrowestBar = 4;

/**
 * The line of a stage: label, bar, percentage, how much is done, and the time that it took or, after `~`, the time left. It is
 * never wider than `columns`: the bar is shorter on a narrow terminal, and what does not fit beside it is left out.
 */
export function barLine(state: StageState, { now, columns }: { now: number; columns: number }): string {
  const { label, done, total, start, end } = state;
  const share = total > 0 ? Math.min(1, done / total) : 1;
  const name = label.length > widestLabel ? `${label.slice(0, widestLabel - 1)}…` : label.padEnd(widestLabel);
  const percentage = `${Math.floor(100 * share)}%`.padStart(4);
  const took = ((end ?? now) - start.at) / 1000;
  const progress = done - start.done;
  // The first moments say little.
  const isKnown = end === undefined && progress > 0 && took >= 1;
  const time = isKnown ? `~${duration((took * (total - done)) / progress)} left` : duration(took);
  const facts = [`${amount(done)}/${amount(total)}`, time];
  for (let kept = facts.length; kept >= 0; kept--) {
    const after = [percentage, ...facts.slice(facts.length - kept)].join('  ');
    const room = columns - name.length - after.length - 2;
    if (room < narrowestBar && kept > 0) continue;
    const width = Math.max(0, Math.min(widestBar, room));
    const full = Math.round(width * share);
    return `${name} ${'█'.repeat(full)}${'░'.repeat(width - full)} ${after}`.slice(0, columns);
  }
  return '';
}

/** `850`, `120k`, `3.5M`. */
export function amount(count: number): string {
  for (const [size, unit] of [
    [1e9, 'G'],
    [1e6, 'M'],
    [1e4, 'k'],
  ] as const) {
    if (count < size) continue;
    const value = count / (unit === 'k' ? 1e3 : size);
    return `${value.toFixed(value < 10 ? 1 : 0)}${unit}`;
  }
  return String(Math.floor(count));
}

/** `4 s`, `1 min 05 s`, `2 h 10 min`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const two = (value: number) => String(value).padStart(2, '0');
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} min`;
}

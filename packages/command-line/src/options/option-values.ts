import { InvalidArgumentError } from 'commander';

/** A commander parser for whole numbers of at least `minimum` (default 0). */
export function parseCount(minimum = 0): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < minimum || !Number.isSafeInteger(value)) {
      throw new InvalidArgumentError(`Expected a whole number of at least ${minimum}, found '${text}'.`);
    }
    return value;
  };
}

/** A commander parser for finite numbers. */
export function parseNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) {
    throw new InvalidArgumentError(`Expected a number, found '${text}'.`);
  }
  return value;
}

/** A commander parser for numbers from `least` to `most`. */
export function parseBetween(least: number, most = Infinity): (text: string) => number {
  return (text) => {
    const value = parseNumber(text);
    if (value >= least && value <= most) return value;
    const range = most === Infinity ? `of at least ${least}` : `from ${least} to ${most}`;
    throw new InvalidArgumentError(`Expected a number ${range}, found '${text}'.`);
  };
}

/** A commander parser for finite numbers above 0. */
export function parsePositive(text: string): number {
  const value = parseNumber(text);
  if (value > 0) return value;
  throw new InvalidArgumentError(`Expected a number above 0, found '${text}'.`);
}

/** A commander parser that calls `parse`. Its errors are wrong usage, and their messages are shown. */
export function parseBy<Value>(parse: (text: string) => Value): (text: string) => Value {
  return (text) => {
    try {
      return parse(text);
    } catch (error) {
      throw new InvalidArgumentError((error as Error).message);
    }
  };
}

/** A commander parser for one of the given words. */
export function parseChoice<Choice extends string>(choices: readonly Choice[]): (text: string) => Choice {
  return (text) => {
    const choice = choices.find((known) => known === text);
    if (choice === undefined)
      throw new InvalidArgumentError(`Expected ${choices.join(' or ')}, found '${text}'.`);
    return choice;
  };
}

/** A commander parser for a comma-separated list, whose parts are read by `parsePart`. */
export function parseList<Part>(parsePart: (text: string) => Part): (text: string) => Part[] {
  return (text) => text.split(',').map((part) => parsePart(part.trim()));
}

const byteUnits: Record<string, number> = {
  '': 1,
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KIB: 2 ** 10,
  MIB: 2 ** 20,
  GIB: 2 ** 30,
};

/** A commander parser for sizes: a number and a unit, such as `40MB` or `1.5 GiB`; without a unit, bytes. */
export function parseBytes(text: string): number {
  const [, number, unit] = /^([\d.]+) ?([a-z]*)$/i.exec(text) ?? [];
  const bytes = Number(number) * (byteUnits[unit?.toUpperCase() ?? ''] ?? NaN);
  if (!Number.isFinite(bytes)) {
    throw new InvalidArgumentError(
      `Expected bytes, or a number with B, kB, MB, GB, KiB, MiB or GiB, found '${text}'.`,
    );
  }
  return Math.floor(bytes);
}

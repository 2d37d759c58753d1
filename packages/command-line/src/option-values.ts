import { InvalidArgumentError } from 'commander';

/** A commander parser of whole numbers, at least `minimum` (default 0). */
export function parseCount(minimum = 0): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < minimum || !Number.isSafeInteger(value)) {
      throw new InvalidArgumentError(`Expected a whole number of at least ${minimum}, found '${text}'.`);
    }
    return value;
  };
}

/** A commander parser of finite numbers. */
export function parseNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) {
    throw new InvalidArgumentError(`Expected a number, found '${text}'.`);
  }
  return value;
}

/** A commander parser of one of the given words. */
export function parseChoice<Choice extends string>(choices: readonly Choice[]): (text: string) => Choice {
  return (text) => {
    const choice = choices.find((known) => known === text);
    if (choice === undefined)
      throw new InvalidArgumentError(`Expected ${choices.join(' or ')}, found '${text}'.`);
    return choice;
  };
}

/** A commander parser of a comma-separated list, each part read by `parsePart`. */
export function parseList<Part>(parsePart: (text: string) => Part): (text: string) => Part[] {
  return (text) => text.split(',').map((part) => parsePart(part.trim()));
}

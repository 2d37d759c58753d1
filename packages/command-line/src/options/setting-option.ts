import { Option } from 'commander';
import { parseBy, parseChoice, parseList, parseNumber } from './option-values.js';

/** The command-line option for a setting of a compression method, as described by @ds/bench-models. */
export function settingOption({
  flag,
  description,
  values,
  byDefault,
  defaultText,
}: {
  flag: string;
  description: string;
  values: 'numbers' | 'words' | 'switch' | ((part: string) => unknown);
  byDefault: unknown;
  defaultText?: string;
}): Option {
  const option = new Option(flag, description).default(byDefault, defaultText);
  if (values === 'switch') return option;
  if (values === 'numbers') return option.argParser(parseList(parseNumber));
  return option.argParser(parseList(values === 'words' ? String : parseBy(values)));
}

/** `--scope`: selects methods by their scope; short for `--methods`. */
export function scopeOption(methods: readonly { id: string; scope?: string }[]): Option {
  const scoped = methods.flatMap(({ id, scope }) => (scope === undefined ? [] : [{ id, scope }]));
  const described = scoped.map(({ scope, id }) => `${scope} (method ${id})`);
  return new Option('--scope <list>', `what blocks are ranked among: ${described.join(', ')}`).argParser(
    parseList(parseChoice(scoped.map(({ scope }) => scope))),
  );
}

/** `--methods`: the methods to use, by id. */
export function methodsOption(
  methods: readonly { id: string }[],
  { description, byDefault }: { description: string; byDefault?: readonly string[] },
): Option {
  const ids = methods.map(({ id }) => id);
  const option = new Option('--methods <list>', `${description}: ${ids.join(', ')}`).argParser(
    parseList(parseChoice(ids)),
  );
  return byDefault ? option.default(byDefault, byDefault.join(',')) : option;
}

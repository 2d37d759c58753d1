import { Option } from 'commander';
import { parseChoice, parseList, parseNumber } from './option-values.js';

/** The option of a setting of a compression method, as @ds/bench-models describes it. */
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
  return option.argParser(parseList(values === 'words' ? String : values));
}

/** `--scope`: which of the methods make the models. */
export function scopeOption(methods: readonly { scope: string; label: string }[]): Option {
  const scopes = methods.map(({ scope }) => scope);
  const described = methods.map(({ scope, label }) => `${scope} (${label.toLowerCase()})`);
  return new Option('--scope <list>', `what the blocks are ranked among: ${described.join(', ')}`)
    .argParser(parseList(parseChoice(scopes)))
    .default(scopes.slice(0, 1), scopes[0]);
}

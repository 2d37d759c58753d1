/** A column of a table, or the end of its values. */
export interface ChosenColumn {
  /** Its name in the header, or its place, from 1. */
  column: string | number;
  /** Of a categorical column: how many characters at the end count (`hour[-2:]`). Default: all. */
  last?: number | undefined;
}

/** The columns of a table for the label, the numbers and the categories. */
export interface ColumnChoice {
  /** None: rows without labels. */
  label?: ChosenColumn | undefined;
  /** Whole numbers, the dense features; none: one column of zeros. */
  numeric: readonly ChosenColumn[];
  /** The categories, a table each; at least one. */
  categorical: readonly ChosenColumn[];
  /** Whether rows without the label are also accepted, for prediction. */
  isLabelOptional: boolean;
}

// Kaggle's Click-Through Rate Prediction (Avazu, 2014). `id` is one a row. `hour` is YYMMDDHH: of its days, those of
// the test rows are in no training row, so the hour of the day is taken. No column is a number that counts something.
const avazu =
  'label=click categorical=hour[-2:],C1,banner_pos,site_id,site_domain,site_category,app_id,app_domain,app_category,' +
  'device_id,device_ip,device_model,device_type,device_conn_type,C14,C15,C16,C17,C18,C19,C20,C21';

/** The tables that are known by name; `criteo-kaggle` is what is read without a choice. */
export const columnPresets = ['criteo-kaggle', 'avazu'] as const;

/**
 * Reads `label=click numeric=price,age categorical=5-9,site[-2:]`: names of the header, or places from 1, also ranges;
 * `[-2:]` takes the last two characters. Or the name of a preset.
 *
 * @returns undefined for Criteo's own columns
 * @throws Error saying what is wrong with the text.
 */
export function parseColumnChoice(text: string): ColumnChoice | undefined {
  if (text === 'criteo-kaggle') return undefined;
  if (text === 'avazu') return { ...parseColumnChoice(avazu)!, isLabelOptional: true };
  const groups = new Map<string, ChosenColumn[]>();
  for (const group of text.split(/[\s;]+/).filter((part) => part !== '')) {
    const [, kind, list] = /^(label|numeric|categorical)=(.+)$/.exec(group) ?? [];
    if (kind === undefined || groups.has(kind)) {
      throw new Error(
        `Expected ${columnPresets.join(', ')} or label=... numeric=... categorical=..., found '${group}'.`,
      );
    }
    groups.set(kind, list!.split(',').flatMap(columnsOf));
  }
  const { label = [], numeric = [], categorical = [] } = Object.fromEntries(groups);
  const cut = [...label, ...numeric].find(({ last }) => last !== undefined);
  if (cut) throw new Error(`Expected [-n:] at categorical columns only, found it at '${cut.column}'.`);
  if (label.length > 1) throw new Error(`Expected one label, found ${label.length}.`);
  if (categorical.length === 0) throw new Error('Expected categorical=... with at least one column.');
  return { label: label[0], numeric, categorical, isLabelOptional: false };
}

function columnsOf(part: string): ChosenColumn[] {
  const [, name = part, last] = /^(.*)\[-(\d+):\]$/.exec(part) ?? [];
  const ending = last === undefined ? {} : { last: Number(last) };
  const [, first, end = first] = /^(\d+)(?:-(\d+))?$/.exec(name) ?? [];
  if (first === undefined) {
    if (name === '') throw new Error(`Expected a column, found '${part}'.`);
    return [{ column: name, ...ending }];
  }
  const count = Number(end) - Number(first) + 1;
  if (Number(first) < 1 || count < 1 || count > 10_000) {
    throw new Error(`Expected places of columns from 1, such as 5-9, found '${part}'.`);
  }
  return Array.from({ length: count }, (_, index) => ({ column: Number(first) + index, ...ending }));
}

import { categoricalColumns, integerColumns } from '../../criteo-columns.js';
import type { ChosenColumn, ColumnChoice } from './column-choice.js';
import { isLabel, isWholeNumber } from './field-values.js';
import { criteoForm, type RowForm } from './row-form.js';
import { splitFields } from './split-fields.js';

const separators = ['\t', ',', ';', '|'] as const;
const separatorNames: Record<string, string> = {
  '\t': 'tabs',
  ',': 'commas',
  ';': 'semicolons',
  '|': 'bars',
};
/** What the label is called in tables with a header. */
const labelNames = ['label', 'click', 'clicked', 'target', 'y'];

/** What the first lines of a text say. */
export interface FoundForm {
  form: RowForm;
  /** Bytes of the header line, which is no row; 0 without one. */
  headerBytes: number;
  notes: string[];
}

/**
 * Tells from the first line what the fields of a text are: Criteo's columns, or those that were chosen; what separates
 * them; whether there is a header and a label.
 *
 * @throws Error naming the text when a chosen column is not there, or a quote stands where none can.
 */
export function findRowForm({
  start,
  name,
  columns,
}: {
  /** The first bytes of the text. */
  start: Uint8Array;
  /** What errors call the text. */
  name: string;
  /** Default: Criteo's columns. */
  columns?: ColumnChoice | undefined;
}): FoundForm {
  const newline = start.indexOf(0x0a);
  const lineBytes = newline < 0 ? start.length : newline + 1;
  const line = Buffer.from(start.subarray(0, lineBytes))
    .toString()
    .replace(/\r?\n?$/, '');
  const separator = separators.find((each) => line.includes(each)) ?? '\t';
  const first = fieldsOf(line, { separator, name });
  const found = columns
    ? chosenForm({ first, separator, name, columns })
    : criteoFormOf({ first, separator, isQuoted: line.includes('"') });
  const notes: string[] = [];
  if (separator !== '\t') notes.push(`${name}: ${separatorNames[separator]} between the fields`);
  if (found.hasHeader) notes.push(`${name}: line 1 is a header`);
  if (found.form.label === undefined) {
    notes.push(
      `${name}: rows of ${first.length} fields without a label: the npz gets no y, and only prediction takes it`,
    );
  }
  return { form: found.form, headerBytes: found.hasHeader ? lineBytes : 0, notes };
}

function fieldsOf(line: string, { separator, name }: { separator: string; name: string }): string[] {
  try {
    return splitFields(line, separator);
  } catch (error) {
    const found = (error as Error).message;
    throw new Error(
      `${name}: line 1: expected fields in quotes that are closed on their line, found ${found}`,
      { cause: error },
    );
  }
}

interface FormAndHeader {
  form: RowForm;
  hasHeader: boolean;
}

/** Criteo's columns: by name if there is a header with their names, otherwise by position. */
function criteoFormOf({
  first,
  separator,
  isQuoted,
}: {
  first: readonly string[];
  separator: string;
  isQuoted: boolean;
}): FormAndHeader {
  const names = first.map((field) => field.trim().toLowerCase());
  const features = criteoForm({ hasLabel: false }).names.map((each) => names.indexOf(each.toLowerCase()));
  if (!features.includes(-1)) {
    const label = labelNames.map((each) => names.indexOf(each)).find((field) => field >= 0);
    const form = criteoForm({ hasLabel: label !== undefined });
    const fields = label === undefined ? features : [label, ...features];
    const isInOrder = fields.length === first.length && fields.every((field, index) => field === index);
    return {
      form: isInOrder
        ? withSeparator(form, separator, isQuoted)
        : {
            ...form,
            parser: 'columns',
            separator,
            fields: first.length,
            names: first,
            label,
            integers: features.slice(0, integerColumns),
            categories: features.slice(integerColumns).map((field) => ({ field })),
          },
      hasHeader: true,
    };
  }
  const hasLabel = first.length !== integerColumns + categoricalColumns;
  const form = criteoForm({ hasLabel });
  // A header has names where rows have numbers.
  const numbers = first.slice(0, hasLabel ? 1 + integerColumns : integerColumns);
  const hasHeader = first.length === form.fields && numbers.every((field) => /[a-z]/i.test(field));
  return { form: withSeparator(form, separator, isQuoted), hasHeader };
}

function withSeparator(form: RowForm, separator: string, isQuoted: boolean): RowForm {
  return separator === '\t' && !isQuoted ? form : { ...form, parser: 'columns', separator };
}

/** The chosen columns, by their names in the header or by their places. */
function chosenForm({
  first,
  separator,
  name,
  columns,
}: {
  first: readonly string[];
  separator: string;
  name: string;
  columns: ColumnChoice;
}): FormAndHeader {
  const { label, numeric, categorical, isLabelOptional } = columns;
  const names = first.map((field) => field.trim());
  const all = [...(label ? [label] : []), ...numeric, ...categorical];
  const fieldOf = ({ column }: ChosenColumn): number => {
    const field = typeof column === 'number' ? column - 1 : names.indexOf(column);
    if (typeof column === 'string' && names.includes(column, field + 1)) {
      throw new Error(
        `${name}: line 1: expected one column ${JSON.stringify(column)}, found several; name its place`,
      );
    }
    if (field >= 0 && field < names.length) return field;
    const listed = names.slice(0, 30).join(', ').slice(0, 120);
    throw new Error(
      typeof column === 'number'
        ? `${name}: line 1: expected at least ${column} fields, found ${names.length}`
        : `${name}: line 1: expected a header with the column ${JSON.stringify(column)}, found ${listed}`,
    );
  };
  const isWithoutLabel =
    label === undefined ||
    (isLabelOptional && typeof label.column === 'string' && !names.includes(label.column));
  const labelField = isWithoutLabel ? undefined : fieldOf(label);
  const integers = numeric.map(fieldOf);
  const isNamed = all.some(({ column }) => typeof column === 'string');
  // A wrong value is no name.
  const isName = (field: string) => /\p{L}/u.test(field);
  const isNoRow =
    (labelField !== undefined && !isLabel(first[labelField]!) && isName(first[labelField]!)) ||
    integers.some((field) => !isWholeNumber(first[field]!) && isName(first[field]!));
  const hasHeader = isNamed || isNoRow;
  return {
    form: {
      parser: 'columns',
      separator,
      fields: first.length,
      names: hasHeader ? names : names.map((_, field) => `${field + 1}`),
      label: labelField,
      integers,
      categories: categorical.map((choice) => ({ field: fieldOf(choice), last: choice.last })),
      categoryValues: 'text',
    },
    hasHeader,
  };
}

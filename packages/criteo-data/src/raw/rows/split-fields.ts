import { parse } from 'csv-parse/sync';

/**
 * The fields of one line, without its end.
 *
 * @throws Error when a quote is not closed on the line, or stands where none can.
 */
export function splitFields(line: string, separator: string): string[] {
  // Most tables have no quotes.
  if (!line.includes('"')) return line.split(separator);
  try {
    const [fields] = parse(line, { delimiter: separator, relax_column_count: true }) as string[][];
    return fields ?? [''];
  } catch (error) {
    // Without the line, which is always 1, and the field's text, which may be anything and long.
    const message = (error as Error).message.replace(/ at line \d+/, '').replace(/, value is .*/s, '');
    throw new Error(message, { cause: error });
  }
}

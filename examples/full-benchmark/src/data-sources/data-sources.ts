import { parseChoice } from '@ds/command-line';
import type { DataSource } from './data-source.js';
import { flights } from './flights.js';
import { synthetic } from './synthetic.js';

const dataSources: readonly DataSource[] = [synthetic, flights];
const chooseId = parseChoice(dataSources.map(({ id }) => id));

/** The default rows. */
export const defaultDataSource = synthetic;

/** A commander parser for the name of a data source. */
export function parseDataSource(text: string): DataSource {
  const id = chooseId(text);
  return dataSources.find((source) => source.id === id)!;
}

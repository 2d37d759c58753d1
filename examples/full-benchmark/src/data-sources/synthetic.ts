import { synthesizeCriteo } from '@ds/criteo-data';
import type { DataSource } from './data-source.js';

export const synthetic: DataSource = {
  id: 'synthetic',
  stage: { name: 'synthesise rows', share: 3 },
  epochs: 1,
  setting: ({ rows, seed }) => `${rows} synthetic rows, seed ${seed}`,
  note: ({ rows, seed }) =>
    `The data are ${rows} synthetic rows in the format of the Criteo Kaggle data set (seed ${seed}, --rare-ids informative), not real clicks.`,
  // If rare ids were not predictive, nearly all table rows could be pruned, and every pruning method would look good.
  write: (options) => synthesizeCriteo({ ...options, rareIds: 'informative' }),
};

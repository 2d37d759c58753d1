import type { Table } from '@ds/data-sparsifier';
import type { RowChoices } from '../allocation/row-choices.js';
import type { TableImportance } from '../importance/table-importance.js';

/** A table whose rows have been measured in each number of bits. */
export interface MeasuredTable {
  table: Table;
  importance: TableImportance;
  choices: RowChoices;
}

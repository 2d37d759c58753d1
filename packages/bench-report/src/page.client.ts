import { exploreCharts } from './page/client/explore-charts.js';
import { makeSortable } from './page/client/sortable-table.js';

// The script of the report, which is part of the page.
exploreCharts();
document.querySelectorAll<HTMLTableElement>('table.sortable').forEach(makeSortable);

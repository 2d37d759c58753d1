type Order = 'ascending' | 'descending' | 'none';

const nextOrder: Record<Order, Order> = { none: 'ascending', ascending: 'descending', descending: 'none' };

/**
 * Makes the headings of a table buttons that sort its rows: ascending, descending, then as they were. Numbers are compared
 * as numbers, and cells without a value come last.
 */
export function makeSortable(table: HTMLTableElement): void {
  const body = table.tBodies[0]!;
  const rows = Array.from(body.rows);
  const headings = Array.from(table.tHead!.rows[0]!.cells);
  headings.forEach((heading, column) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.append(...Array.from(heading.childNodes));
    heading.append(button);
    button.addEventListener('click', () => {
      const order = nextOrder[(heading.ariaSort as Order | null) ?? 'none'];
      for (const other of headings) other.removeAttribute('aria-sort');
      if (order !== 'none') heading.ariaSort = order;
      table.classList.toggle('sorted', order !== 'none');
      body.append(...sorted(rows, column, order, heading.classList.contains('number')));
    });
  });
}

function sorted(
  rows: readonly HTMLTableRowElement[],
  column: number,
  order: Order,
  isNumeric: boolean,
): HTMLTableRowElement[] {
  if (order === 'none') return [...rows];
  const texts = new Map(rows.map((row) => [row, row.cells[column]!.textContent!]));
  const sign = order === 'ascending' ? 1 : -1;
  const hasValue = (text: string) => (isNumeric ? !Number.isNaN(numberIn(text)) : !['', '–'].includes(text));
  return [...rows].sort((one, other) => {
    const [a, b] = [texts.get(one)!, texts.get(other)!];
    if (!hasValue(a) || !hasValue(b)) return Number(hasValue(b)) - Number(hasValue(a));
    return sign * (isNumeric ? numberIn(a) - numberIn(b) : a.localeCompare(b, 'en', { numeric: true }));
  });
}

/** The number at the start of a cell: of `≈ 5242880` and `5.64 MiB`. */
function numberIn(text: string): number {
  return Number.parseFloat(text.replace(/^≈ /, ''));
}

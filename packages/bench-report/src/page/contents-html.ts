import { escapeMarkup } from './markup.js';

/** A link of the table of contents, and those below it. */
export interface Entry {
  id: string;
  title: string;
  entries?: readonly Entry[];
}

/** The table of contents. */
export function contentsHtml(entries: readonly Entry[]): string {
  return `<nav class="contents" aria-label="Contents">${listHtml(entries)}</nav>`;
}

function listHtml(entries: readonly Entry[]): string {
  const items = entries.map(
    ({ id, title, entries: below = [] }) =>
      `<li><a href="#${id}">${escapeMarkup(title)}</a>${below.length > 0 ? listHtml(below) : ''}</li>`,
  );
  return `<ul>${items.join('')}</ul>`;
}

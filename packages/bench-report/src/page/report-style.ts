import { darkPalette, lightPalette, paletteVariables } from '../drawing/palette.js';

/** The style sheet of the report: follows the reader's light or dark theme, and prints in light colours. */
export const reportStyle = `
:root { color-scheme: light; --link: #0b57c4; ${paletteVariables(lightPalette)} }
@media screen and (prefers-color-scheme: dark) { :root { color-scheme: dark; --link: #8ab4ff; ${paletteVariables(darkPalette)} } }
* { box-sizing: border-box; }
html { scroll-padding-top: 12px; }
@media (prefers-reduced-motion: no-preference) { html { scroll-behavior: smooth; } }
body { margin: 0; background: var(--background); color: var(--ink);
  font: 16px/1.55 system-ui, 'Segoe UI', 'Helvetica Neue', 'Liberation Sans', Arial, sans-serif; }
a { color: var(--link); }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
.page { max-width: 1008px; margin: 0 auto; padding: 32px 24px 64px; }
h1 { font-size: 30px; line-height: 1.2; margin: 0 0 8px; letter-spacing: -0.01em; }
h2 { font-size: 21px; line-height: 1.3; margin: 44px 0 8px; padding-top: 18px; border-top: 1px solid var(--faint); }
h3 { font-size: 16px; margin: 28px 0 6px; }
p, li { max-width: 74ch; }
.lead { color: var(--muted); font-size: 17px; margin: 0 0 20px; }
.answer { border: 1px solid var(--muted); border-radius: 6px; background: var(--tint); padding: 14px 18px; margin: 16px 0; }
.answer p { margin: 0; font-size: 19px; font-weight: 600; }
.answer dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 20px; margin: 10px 0 0; font-size: 15px; }
.answer dt { color: var(--muted); }
.answer dd { margin: 0; overflow-wrap: anywhere; }
.note { border-left: 3px solid var(--line-1); background: var(--tint); padding: 10px 14px; margin: 16px 0; }
.note ul { margin: 0; padding-left: 18px; }
.contents { font-size: 14px; border-top: 1px solid var(--faint); padding-top: 12px; }
.contents ul { list-style: none; margin: 0; padding: 0; }
.contents > ul { columns: 220px; column-gap: 28px; }
.contents > ul > li { break-inside: avoid; }
.contents ul ul { padding-left: 14px; }
.contents a { display: inline-block; padding: 2px 0; text-decoration: none; }
.contents a:hover { text-decoration: underline; }
figure { margin: 16px 0 12px; }
figure h3 { margin: 28px 0 0; }
.reading { color: var(--muted); font-size: 14px; margin: 0 0 8px; max-width: none; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: 4px 6px; margin: 0 0 6px; padding: 0; font-size: 14px; }
.legend li { display: flex; align-items: center; gap: 8px; padding-right: 12px; line-height: 1.3; }
.legend li:has(button) { padding: 0; }
.legend svg { flex: none; }
.legend button { display: flex; align-items: center; gap: 8px; font: inherit; text-align: left; color: var(--ink);
  background: none; border: 1px solid var(--faint); border-radius: 5px; padding: 4px 9px; cursor: pointer; }
.legend button:hover { border-color: var(--muted); background: var(--tint); }
.legend button[aria-pressed='false'] { color: var(--muted); text-decoration: line-through; }
.legend button[aria-pressed='false'] svg { opacity: 0.25; }
.legend .every button { color: var(--link); border-color: transparent; text-decoration: underline; }
.plot { position: relative; }
.still { overflow-x: auto; }
.still svg { display: block; width: 100%; min-width: 700px; height: auto; }
.live { display: none; }
@media screen {
  .explored .still { display: none; }
  .explored .live { display: block; }
}
.tooltip { max-width: min(360px, 82vw); white-space: normal !important; padding: 8px 12px !important; color: var(--ink) !important;
  background: var(--background) !important; border: 1px solid var(--muted) !important; border-radius: 5px !important;
  font: 13px/1.45 system-ui, 'Segoe UI', 'Helvetica Neue', 'Liberation Sans', Arial, sans-serif !important; }
.tooltip:empty { display: none; }
.tooltip ul { list-style: none; margin: 2px 0 0; padding: 0; }
.tooltip i { display: inline-block; width: 10px; height: 10px; border-radius: 5px; margin-right: 7px; }
.tooltip small { display: block; white-space: nowrap; font-size: 12px; color: var(--muted); padding-left: 17px; }
details { margin: 4px 0 8px; font-size: 14px; }
summary { cursor: pointer; color: var(--link); width: fit-content; }
details .scroll { max-height: 420px; }
figcaption { color: var(--muted); font-size: 14px; max-width: 90ch; }
.scroll:has(.sortable) { max-height: 560px; }
.scroll { overflow: auto; max-width: 100%; width: fit-content; }
table { border-collapse: separate; border-spacing: 0; font-size: 14px; font-variant-numeric: tabular-nums; margin: 0; }
.caption { font-size: 14px; color: var(--muted); margin: 0 0 4px; }
th, td { padding: 3px 16px 3px 0; text-align: left; white-space: nowrap; }
th { font-weight: 600; vertical-align: bottom; white-space: normal; }
thead th { position: sticky; top: 0; background: var(--background); border-bottom: 1px solid var(--muted); z-index: 1; }
td.number, th.number { text-align: right; }
thead button { font: inherit; color: inherit; background: none; border: 0; padding: 2px 0; margin: 0; cursor: pointer; text-align: inherit; }
thead button:hover { color: var(--link); text-decoration: underline; }
thead button:focus-visible { outline-offset: -2px; }
thead button::after { content: '\\2195'; color: var(--muted); font-weight: 400; padding-left: 4px; }
th[aria-sort='ascending'] button::after { content: '\\2191'; color: var(--link); }
th[aria-sort='descending'] button::after { content: '\\2193'; color: var(--link); }
tbody tr.group td { border-top: 1px solid var(--faint); }
table.sorted tr.group td { border-top: 0; }
tbody tr:hover td { background: var(--tint); }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(340px, 100%), 1fr)); gap: 0 40px; }
.facts td { white-space: normal; overflow-wrap: anywhere; vertical-align: top; }
.facts th { color: var(--muted); font-weight: 400; vertical-align: top; }
footer { margin-top: 48px; color: var(--muted); font-size: 14px; }
@media (max-width: 600px) {
  .page { padding: 20px 16px 40px; }
  h1 { font-size: 25px; }
  .answer { padding: 12px 14px; }
  .answer p { font-size: 17px; }
  .answer dl { grid-template-columns: 1fr; gap: 0; }
  .answer dd { margin-bottom: 6px; }
  .contents > ul { columns: 150px; }
}
@media screen and (min-width: 1340px) {
  .page { display: grid; grid-template-columns: 200px minmax(0, 1008px); column-gap: 44px; max-width: 1300px; }
  .page > * { grid-column: 2; min-width: 0; }
  .page > .contents { grid-column: 1; grid-row: 1 / span 3; position: sticky; top: 0; align-self: start;
    max-height: 100vh; overflow-y: auto; border: 0; padding: 4px 4px 24px; }
  .page > header { grid-row: 1; }
  .page > main { grid-row: 2; }
  .page > footer { grid-row: 3; }
  .contents > ul { columns: auto; }
}
@media print {
  body { font-size: 10.5pt; }
  .page { max-width: none; padding: 0; }
  .contents, details { display: none; }
  .still, .scroll, .scroll:has(.sortable) { overflow: visible; max-height: none; }
  .still svg { min-width: 0; }
  table { font-size: 8.5pt; }
  th, td { padding-right: 9px; }
  thead { break-inside: avoid; }
  thead th { position: static; }
  thead button::after { content: none !important; }
  .legend .every { display: none; }
  .legend button { border: 0; padding: 0 8px 0 0; }
  .legend button[aria-pressed='false'] { color: inherit; text-decoration: none; }
  .legend button[aria-pressed='false'] svg { opacity: 1; }
  figure, tr { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
  a { color: inherit; }
}`;

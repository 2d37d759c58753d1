import { darkPalette, lightPalette, paletteVariables } from '../drawing/palette.js';

/** The style sheet of the report: follows the reader's light or dark theme, and prints in light colours. */
export const reportStyle = `
:root { color-scheme: light; ${paletteVariables(lightPalette)} }
@media screen and (prefers-color-scheme: dark) { :root { color-scheme: dark; ${paletteVariables(darkPalette)} } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--background); color: var(--ink);
  font: 16px/1.55 system-ui, 'Segoe UI', 'Helvetica Neue', 'Liberation Sans', Arial, sans-serif; }
main { max-width: 1008px; margin: 0 auto; padding: 40px 24px 64px; }
h1 { font-size: 30px; line-height: 1.2; margin: 0 0 8px; letter-spacing: -0.01em; }
h2 { font-size: 21px; margin: 48px 0 8px; padding-top: 20px; border-top: 1px solid var(--faint); }
h3 { font-size: 16px; margin: 28px 0 8px; }
p, li { max-width: 74ch; }
.lead { color: var(--muted); font-size: 17px; margin: 0 0 20px; }
.answer { border: 1px solid var(--muted); border-radius: 6px; background: var(--tint); padding: 14px 18px; margin: 16px 0; }
.answer p { margin: 0; font-size: 19px; font-weight: 600; }
.answer dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 20px; margin: 10px 0 0; font-size: 15px; }
.answer dt { color: var(--muted); }
.answer dd { margin: 0; overflow-wrap: anywhere; }
.note { border-left: 3px solid var(--line-1); background: var(--tint); padding: 10px 14px; margin: 16px 0; }
.note ul { margin: 0; padding-left: 18px; }
figure { margin: 20px 0 8px; }
figure svg { display: block; width: 100%; height: auto; }
figcaption { color: var(--muted); font-size: 14px; max-width: 90ch; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: 14px; font-variant-numeric: tabular-nums; margin: 8px 0; }
caption { text-align: left; color: var(--muted); padding-bottom: 6px; }
th, td { padding: 3px 14px 3px 0; text-align: left; white-space: nowrap; }
th { font-weight: 600; border-bottom: 1px solid var(--muted); vertical-align: bottom; white-space: normal; }
td.number, th.number { text-align: right; }
tbody tr.group td { border-top: 1px solid var(--faint); }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(340px, 1fr)); gap: 0 40px; }
.facts td { white-space: normal; overflow-wrap: anywhere; vertical-align: top; }
.facts th { border: 0; color: var(--muted); font-weight: 400; vertical-align: top; }
footer { margin-top: 48px; color: var(--muted); font-size: 14px; }
@media print {
  body { font-size: 11pt; }
  main { max-width: none; padding: 0; }
  figure, tr { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
}`;

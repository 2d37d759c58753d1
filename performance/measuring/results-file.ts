/** The results of one program: its name and its text. */
export interface ResultsSection {
  name: string;
  /** Markdown, without the heading. */
  text: string;
}

const head = `# Results

Written by \`npm run performance\`; [README.md](README.md) describes each program. Each section says
when, where and under what load it was measured. A ratio is the median over the rounds of the rival's time
divided by ours: above 1, ours is faster.
`;

/**
 * The text of RESULTS.md with one section replaced or added. All other sections stay as they are.
 *
 * @param before the current text, or an empty string
 * @param order the names of all programs, in the order of the sections; sections of removed programs are dropped
 */
export function withSection(
  before: string,
  { name, text }: ResultsSection,
  order: readonly string[],
): string {
  const sections = new Map(
    before
      .split(/^## /m)
      .slice(1)
      .map((section) => {
        const lineEnd = section.indexOf('\n');
        return [section.slice(0, lineEnd).trim(), section.slice(lineEnd).trim()] as const;
      }),
  );
  sections.set(name, text.trim());
  const known = order.filter((program) => sections.has(program));
  return [head, ...known.map((program) => `## ${program}\n\n${sections.get(program)}\n`)].join('\n');
}

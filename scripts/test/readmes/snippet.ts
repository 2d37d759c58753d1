export interface Snippet {
  language: 'js' | 'ts';
  code: string;
  /** What the README says that it prints, if it does. */
  output: string | undefined;
  /** Line of the README where it starts. */
  line: number;
}

/** The code blocks of a README in JavaScript or TypeScript, each with the block of its output when one follows. */
export function snippetsOf(readme: string): Snippet[] {
  const blocks = [...readme.matchAll(/^```(\w*)\n(.*?)^```$/gms)];
  return blocks.flatMap(([whole, language, code], index) => {
    if (language !== 'js' && language !== 'ts') return [];
    const start = blocks[index]!.index;
    const next = blocks[index + 1];
    const follows = next && readme.slice(start + whole.length, next.index).trim() === '';
    return {
      language,
      code: code!,
      output: follows && /^(text)?$/.test(next[1]!) ? next[2] : undefined,
      line: readme.slice(0, start).split('\n').length,
    };
  });
}

const widest = 80;

/** The commands of an example for `--help`, indented by two; long ones go on in the next line, as a shell reads it. */
export function exampleLines(example: string): string {
  return example.split('\n').flatMap(wrapped).join('\n');
}

function wrapped(command: string): string[] {
  const lines: string[] = [];
  // A flag stays with its value.
  for (const part of command.split(/ (?=--\w)/)) {
    const line = lines.at(-1);
    // Room for the backslash.
    if (line !== undefined && line.length + 1 + part.length <= widest - 2)
      lines[lines.length - 1] = `${line} ${part}`;
    else lines.push(line === undefined ? `  ${part}` : `    ${part}`);
  }
  return lines.map((line, index) => (index < lines.length - 1 ? `${line} \\` : line));
}

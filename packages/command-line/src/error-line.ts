// A path, a tensor and what was expected fit; names from a hostile file do not flood the terminal.
const longest = 300;

/**
 * An error's message as one line of at most about 300 characters: line ends become spaces, other control characters
 * (which names in files may hold) are escaped, and the middle of a longer one is left out.
 */
export function errorLine(message: string): string {
  const line = message
    .replace(/\s*\n\s*/g, ' ')
    // eslint-disable-next-line no-control-regex -- these are what is looked for
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, (character) => {
      return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
    });
  const characters = [...line];
  if (characters.length <= longest) return line;
  return `${characters.slice(0, 200).join('')} ... ${characters.slice(-95).join('')}`;
}

// Room for a path, a tensor name and what was expected, without letting names from a hostile file flood the terminal.
const maxLength = 300;

/**
 * An error's message as one line of at most about 300 characters: line breaks become spaces, other control characters
 * (which names in files may contain) are escaped, and the middle of a longer message is cut out.
 */
export function errorLine(message: string): string {
  const line = message
    .replace(/\s*\n\s*/g, ' ')
    // eslint-disable-next-line no-control-regex -- control characters are what this replaces
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, (character) => {
      return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
    });
  const characters = [...line];
  if (characters.length <= maxLength) return line;
  return `${characters.slice(0, 200).join('')} ... ${characters.slice(-95).join('')}`;
}

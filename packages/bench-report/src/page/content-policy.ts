import { createHash } from 'node:crypto';

/** The policy of a page that loads nothing and runs only this script. */
export function contentPolicy(script: string): string {
  const hash = createHash('sha256').update(script).digest('base64');
  return [
    "default-src 'none'",
    `script-src 'sha256-${hash}'`,
    // Style sheets cannot load anything either: the default forbids images and fonts.
    "style-src 'unsafe-inline'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

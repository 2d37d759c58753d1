/**
 * Prints what a command found: lines of text, or with `--json` one JSON document and nothing else. Numbers that JSON does not
 * have, and undefined, are null.
 */
export function printResult(
  { json }: { json?: boolean | undefined },
  { text, document }: { text: string; document: object },
): void {
  process.stdout.write(
    json ? `${JSON.stringify(document, (_, value: unknown) => plain(value))}\n` : `${text.trimEnd()}\n`,
  );
}

function plain(value: unknown): unknown {
  if (value === undefined) return null;
  return ArrayBuffer.isView(value) ? Array.from(value as unknown as Iterable<number>) : value;
}

import { openTensorFile } from './tensors/open-tensor-file.js';
import type { Answer, Request, Settings } from './messages.js';
import { chartLevels, Pruner } from './pruning/pruner.js';

/** A worker's global scope; TypeScript's own types for it conflict with those of a page. */
const scope = globalThis as unknown as {
  onmessage: (event: MessageEvent<Request>) => void;
  postMessage: (answer: Answer) => void;
};

let pruner: Pruner | undefined;
/** The number of the latest request; work for an earlier request stops when it sees this. */
let last = 0;

scope.onmessage = ({ data: request }) => {
  handle(request).catch((error: Error) =>
    scope.postMessage({ type: 'failed', request: request.type, message: error.message }),
  );
};

async function handle(request: Request): Promise<void> {
  if (request.type === 'download') {
    return scope.postMessage(await opened().prunedFile(request.settings));
  }
  const mine = ++last;
  const isOutdated = async () => {
    // Lets new requests arrive.
    await new Promise((resolve) => setTimeout(resolve));
    return mine !== last;
  };
  if (request.type === 'open') {
    const file = await openTensorFile(request.file);
    if (await isOutdated()) return;
    pruner = new Pruner(file);
    const tensors = file.tensors.map(({ read: _, ...tensor }) => tensor);
    return scope.postMessage({ type: 'opened', name: request.file.name, tensors });
  }
  await prune(request, isOutdated);
}

async function prune(
  { number, settings }: { number: number; settings: Settings },
  isOutdated: () => Promise<boolean>,
): Promise<void> {
  const pruner = opened();
  if (await isOutdated()) return;
  scope.postMessage({ type: 'picture', number, picture: await pruner.picture(settings) });
  for (const level of [settings.level, ...chartLevels]) {
    if (await isOutdated()) return;
    const sizes = await pruner.sizes({ ...settings, level });
    if (await isOutdated()) return;
    scope.postMessage({ type: 'sizes', number, sizes });
  }
}

function opened(): Pruner {
  if (!pruner) throw new Error('no file is open');
  return pruner;
}

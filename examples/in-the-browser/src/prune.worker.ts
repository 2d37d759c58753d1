import { openTensorFile } from './tensors/open-tensor-file.js';
import type { Answer, Request, Settings } from './messages.js';
import { chartLevels, Pruner } from './pruning/pruner.js';

/** A worker's global scope; TypeScript's own types for it exclude those of a page. */
const scope = globalThis as unknown as {
  onmessage: (event: MessageEvent<Request>) => void;
  postMessage: (answer: Answer) => void;
};

let pruner: Pruner | undefined;
/** The number of the last request; the work for an earlier one stops when it sees another. */
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
  const isOvertaken = async () => {
    // Lets in what has been asked meanwhile.
    await new Promise((resolve) => setTimeout(resolve));
    return mine !== last;
  };
  if (request.type === 'open') {
    const file = await openTensorFile(request.file);
    if (await isOvertaken()) return;
    pruner = new Pruner(file);
    const tensors = file.tensors.map(({ read: _, ...tensor }) => tensor);
    return scope.postMessage({ type: 'opened', name: request.file.name, tensors });
  }
  await prune(request, isOvertaken);
}

async function prune(
  { number, settings }: { number: number; settings: Settings },
  isOvertaken: () => Promise<boolean>,
): Promise<void> {
  const pruner = opened();
  if (await isOvertaken()) return;
  scope.postMessage({ type: 'picture', number, picture: await pruner.picture(settings) });
  for (const level of [settings.level, ...chartLevels]) {
    if (await isOvertaken()) return;
    const sizes = await pruner.sizes({ ...settings, level });
    if (await isOvertaken()) return;
    scope.postMessage({ type: 'sizes', number, sizes });
  }
}

function opened(): Pruner {
  if (!pruner) throw new Error('no file is open');
  return pruner;
}

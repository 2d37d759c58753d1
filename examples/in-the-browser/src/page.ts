import type { Answer, Request, Settings } from './messages.js';
import { Results } from './view/results.js';
import { sampleFile } from './tensors/sample-file.js';
import { SettingsForm } from './view/settings-form.js';
import type { FileTensor } from './tensors/tensor-file.js';
import { TensorList } from './view/tensor-list.js';

const get = <Found extends HTMLElement>(id: string) => document.querySelector<Found>(`#${id}`)!;
const download = get<HTMLButtonElement>('download');
const drop = get('drop');
const fileInput = get<HTMLInputElement>('file');

let tensors: readonly Omit<FileTensor, 'read'>[] = [];
/** The settings with which the displayed sizes were measured, except the level. */
let ranking = '';
let shown = '';
/** The number of the latest request to prune. */
let last = 0;

const results = new Results();
const form = new SettingsForm(prune);
const list = new TensorList(prune);
const worker = startWorker();

function startWorker(): Worker | undefined {
  try {
    const started = new Worker('prune.worker.js');
    started.onmessage = ({ data }: MessageEvent<Answer>) => show(data);
    started.onerror = () =>
      fail('The worker did not start. Serve the page over HTTP, as described in its README.');
    return started;
  } catch {
    fail('This page does not work as a local file. Serve its folder over HTTP, as described in its README.');
    return undefined;
  }
}

function ask(request: Request): void {
  worker?.postMessage(request);
}

function open(file: File): void {
  say(`Reading ${file.name} …`);
  ask({ type: 'open', file });
}

function settings(): Settings | undefined {
  const [how, what] = [form.read(), list.read()];
  download.disabled = !how || !what;
  return how && what && { ...how, ...what };
}

function prune(): void {
  const now = settings();
  if (!now) return;
  shown = now.shown;
  const { level, names, blockShape, norm } = now;
  const before = ranking;
  ranking = JSON.stringify({ names, blockShape, norm });
  results.start({ level, tensors: names.length, keepsOtherLevels: ranking === before });
  ask({ type: 'prune', number: ++last, settings: now });
}

function show(answer: Answer): void {
  switch (answer.type) {
    case 'opened':
      tensors = answer.tensors;
      ranking = '';
      list.fill(tensors);
      get('work').hidden = false;
      say(`${answer.name}: ${tensors.length} tensor${tensors.length === 1 ? '' : 's'}`);
      return prune();
    case 'picture':
      if (answer.number !== last) return;
      return results.showPicture(
        tensors.find(({ name }) => name === shown)!,
        answer.picture,
      );
    case 'sizes':
      if (answer.number !== last) return;
      return results.addSizes(answer.sizes);
    case 'pruned-file':
      download.disabled = false;
      return save(answer);
    case 'failed':
      download.disabled = false;
      fail(answer.message);
      // The earlier file stays open; resume measuring its sizes, which the request stopped.
      if (answer.request === 'open' && tensors.length > 0) prune();
      return;
  }
}

function save({ name, file }: { name: string; file: Blob }): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  say(`Saved ${name}`);
}

function say(text: string): void {
  get('error').hidden = true;
  get('status').textContent = text;
}

function fail(text: string): void {
  get('status').textContent = '';
  get('error').textContent = text;
  get('error').hidden = false;
}

fileInput.addEventListener('change', () => {
  const file = fileInput.files![0];
  if (file) open(file);
  // Allows choosing the same file again.
  fileInput.value = '';
});
get('sample').addEventListener('click', () => open(sampleFile()));
download.addEventListener('click', () => {
  const now = settings();
  if (!now) return;
  download.disabled = true;
  ask({ type: 'download', settings: now });
});

// A file may be dropped anywhere on the page.
document.addEventListener('dragover', (event) => {
  event.preventDefault();
  drop.classList.add('over');
});
document.addEventListener('dragleave', ({ relatedTarget }) => {
  if (!relatedTarget) drop.classList.remove('over');
});
document.addEventListener('drop', (event) => {
  event.preventDefault();
  drop.classList.remove('over');
  const { files } = event.dataTransfer!;
  if (files.length > 1) return fail(`Expected one file, found ${files.length}.`);
  if (files[0]) open(files[0]);
});

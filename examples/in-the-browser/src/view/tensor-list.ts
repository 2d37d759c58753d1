import { formatBytes } from './format-bytes.js';
import { byteLengthOf, type FileTensor } from '../tensors/tensor-file.js';

type ListedTensor = Omit<FileTensor, 'read'>;

/** The list of a file's tensors: which are pruned, and which of these is shown. */
export class TensorList {
  readonly #rows = document.querySelector<HTMLElement>('#tensor-rows')!;
  readonly #onChange: () => void;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  /** Shows other tensors, with those chosen, and first, that are probably embedding tables. */
  fill(tensors: readonly ListedTensor[]): void {
    const chosen = probableTables(tensors);
    const largest = chosen.reduce((a, b) => (byteLengthOf(b) > byteLengthOf(a) ? b : a));
    this.#rows.replaceChildren(
      ...[...tensors]
        .sort(
          (a, b) =>
            Number(chosen.includes(b)) - Number(chosen.includes(a)) ||
            a.name.localeCompare(b.name, 'en', { numeric: true }),
        )
        .map((tensor) => this.#row(tensor, chosen.includes(tensor), tensor === largest)),
    );
  }

  /** Names of the tensors that are pruned, and of the one that is shown; undefined while none is pruned. */
  read(): { names: string[]; shown: string } | undefined {
    const names = this.#checked('checkbox');
    const [shown] = this.#checked('radio');
    return shown === undefined || !names.includes(shown) ? undefined : { names, shown };
  }

  #checked(type: string): string[] {
    const inputs = this.#rows.querySelectorAll<HTMLInputElement>(`input[type=${type}]:checked`);
    return Array.from(inputs, ({ value }) => value);
  }

  #row(tensor: ListedTensor, isPruned: boolean, isShown: boolean): HTMLTableRowElement {
    const { name, shape, dtype, unfit } = tensor;
    const row = document.createElement('tr');
    const prune = input('checkbox', 'prune', `Prune ${name}`, name, isPruned);
    const show = input('radio', 'show', `Show ${name}`, name, isShown);
    prune.disabled = unfit !== undefined;
    show.disabled = !isPruned;
    prune.addEventListener('change', () => {
      show.disabled = !prune.checked;
      this.#showAnother();
      this.#onChange();
    });
    show.addEventListener('change', this.#onChange);
    row.insertCell().append(prune);
    row.insertCell().append(show);
    row.insertCell().textContent = name;
    row.insertCell().textContent = shape.length > 0 ? shape.join(' × ') : 'a single value';
    row.insertCell().textContent = dtype;
    const size = row.insertCell();
    size.className = 'number';
    size.textContent = formatBytes(byteLengthOf(tensor));
    if (unfit) {
      row.className = 'unfit';
      row.title = `Cannot be pruned: ${unfit}`;
    }
    return row;
  }

  /** A tensor that is not pruned any more gives its place to the first that is, and one that is takes an empty place. */
  #showAnother(): void {
    const radios = Array.from(this.#rows.querySelectorAll<HTMLInputElement>('input[type=radio]'));
    if (radios.some(({ checked, disabled }) => checked && !disabled)) return;
    for (const radio of radios) radio.checked = false;
    const first = radios.find(({ disabled }) => !disabled);
    if (first) first.checked = true;
  }
}

/** The matrices whose names say embedding; all matrices where none does, and all that can be pruned where there is none. */
function probableTables(tensors: readonly ListedTensor[]): readonly ListedTensor[] {
  const fit = tensors.filter(({ unfit }) => unfit === undefined);
  const matrices = fit.filter(({ rows }) => rows > 1);
  const embeddings = matrices.filter(({ name }) => /emb/i.test(name));
  return [embeddings, matrices, fit].find(({ length }) => length > 0)!;
}

function input(type: string, name: string, label: string, value: string, checked: boolean): HTMLInputElement {
  const made = document.createElement('input');
  Object.assign(made, { type, name, value, checked, ariaLabel: label });
  return made;
}

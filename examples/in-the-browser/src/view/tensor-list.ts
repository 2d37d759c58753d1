import { formatBytes } from './format-bytes.js';
import { byteLengthOf, type FileTensor } from '../tensors/tensor-file.js';

type ListedTensor = Omit<FileTensor, 'read'>;

/** The list of a file's tensors: which are pruned, and which of them is displayed. */
export class TensorList {
  readonly #rows = document.querySelector<HTMLElement>('#tensor-rows')!;
  readonly #onChange: () => void;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  /** Shows new tensors; those that are probably embedding tables are selected and come first. */
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

  /** Names of the tensors to prune, and of the displayed one; undefined if none is selected. */
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

  /** Makes sure that the displayed tensor is one of the selected ones. */
  #showAnother(): void {
    const radios = Array.from(this.#rows.querySelectorAll<HTMLInputElement>('input[type=radio]'));
    if (radios.some(({ checked, disabled }) => checked && !disabled)) return;
    for (const radio of radios) radio.checked = false;
    const first = radios.find(({ disabled }) => !disabled);
    if (first) first.checked = true;
  }
}

/** The matrices named as embeddings; if there are none, all matrices; if there are none, all tensors that can be pruned. */
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

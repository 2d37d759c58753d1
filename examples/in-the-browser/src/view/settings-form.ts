import type { Norm } from '@ds/data-sparsifier';
import type { Settings } from '../messages.js';

/** The page's controls for the pruning settings. */
export class SettingsForm {
  readonly #form = document.querySelector<HTMLFormElement>('#settings')!;
  readonly #level = document.querySelector<HTMLInputElement>('#level')!;
  readonly #levelNumber = document.querySelector<HTMLInputElement>('#level-number')!;
  readonly #blockRows = document.querySelector<HTMLInputElement>('#block-rows')!;
  readonly #blockColumns = document.querySelector<HTMLInputElement>('#block-columns')!;

  /** Calls `onChange` whenever the controls have new, valid values. */
  constructor(onChange: () => void) {
    this.#form.addEventListener('submit', (event) => event.preventDefault());
    this.#form.addEventListener('input', ({ target }) => {
      if (target === this.#level) this.#levelNumber.value = this.#level.value;
      if (!this.#form.checkValidity()) return;
      if (target === this.#levelNumber) this.#level.value = this.#levelNumber.value;
      onChange();
    });
    // The browser reports an invalid number when its field loses focus.
    this.#form.addEventListener('change', () => this.#form.reportValidity());
  }

  /** The values of the controls; undefined while a number in them is invalid. */
  read(): Pick<Settings, 'level' | 'blockShape' | 'norm'> | undefined {
    if (!this.#form.checkValidity()) return undefined;
    return {
      level: Number(this.#levelNumber.value) / 100,
      blockShape: [Number(this.#blockRows.value), Number(this.#blockColumns.value)],
      norm: new FormData(this.#form).get('norm') as Norm,
    };
  }
}

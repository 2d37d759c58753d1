/**
 * Turns the names in a figure's legend into buttons that switch their lines on and off, with two more for all and none
 * if there are many.
 */
export function legendButtons(
  figure: HTMLElement,
  {
    hidden,
    onChange,
    onPoint,
    onLeave,
  }: {
    /** The names of the lines that are switched off; changed by the buttons. */
    hidden: Set<string>;
    onChange: () => void;
    /** A line's button has the pointer or the focus. */
    onPoint: (name: string) => void;
    onLeave: (name: string) => void;
  },
): void {
  const legend = figure.querySelector('.legend')!;
  const names = Array.from(legend.querySelectorAll('li'));
  const buttons = names.map((item) => {
    const name = item.textContent!;
    const button = buttonOf(() => {
      if (!hidden.delete(name)) hidden.add(name);
      changed();
    });
    button.append(...Array.from(item.childNodes));
    for (const event of ['mouseenter', 'focus']) button.addEventListener(event, () => onPoint(name));
    for (const event of ['mouseleave', 'blur']) button.addEventListener(event, () => onLeave(name));
    item.append(button);
    return { name, button };
  });
  const changed = () => {
    for (const { name, button } of buttons) button.setAttribute('aria-pressed', String(!hidden.has(name)));
    onChange();
  };
  for (const { button } of buttons) button.setAttribute('aria-pressed', 'true');
  if (buttons.length < 3) return;
  const all = buttonOf(() => {
    hidden.clear();
    changed();
  });
  all.textContent = 'all';
  const none = buttonOf(() => {
    for (const { name } of buttons) hidden.add(name);
    changed();
  });
  none.textContent = 'none';
  for (const button of [all, none]) {
    const item = document.createElement('li');
    item.className = 'every';
    item.append(button);
    legend.append(item);
  }
}

function buttonOf(onClick: () => void): HTMLButtonElement {
  const button = document.createElement('button');
  button.type = 'button';
  button.addEventListener('click', onClick);
  return button;
}

import { find, findAll, on, onWithin, pressElement } from '../page.js';

/** What a line of the palette does on the page it was opened on; without it, the line is the link that it is. */
const ACTS = {
  r: () => write('reply'),
  n: () => write('note'),
  tags: () => focusOn('.tags [name="tag"]:not([type="submit"]), .tags input[type="text"]'),
  split: () => pressLast('#main a[href$="/split"]'),
};

/** Search, jump and act: a dialog on every page of the desk, by / and Ctrl-K. Its lines come from the server. */
export function palette() {
  on('keydown', event => {
    if (
      !(event.metaKey || event.ctrlKey) ||
      event.altKey ||
      event.shiftKey ||
      event.key.toLowerCase() !== 'k'
    )
      return;
    if (document.documentElement.dataset.keys === 'off' || !openPalette()) return;
    event.preventDefault();
  });
  onWithin('click', '[data-palette]', event => {
    if (!event.ctrlKey && !event.metaKey && openPalette()) event.preventDefault();
  });
  onWithin('keydown', '#palette-q', event => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) choose(step);
    else if (event.key === 'Enter') chosen()?.click();
    else return;
    event.preventDefault();
  });
  onWithin('click', '#palette [role="option"]', (event, option) => {
    const { press } = option.dataset;
    if (!press || event.ctrlKey || event.metaKey) return;
    find('#palette').close();
    if ((ACTS[press] ?? (() => pressKey(press)))()) event.preventDefault();
  });
  // Every answer brings a list of its own, whose first line is chosen.
  on('htmx:after:swap', tellChosen);
}

/** Answers whether there is one, and nothing else is open. */
export function openPalette() {
  const dialog = find('#palette');
  if (!dialog || find('dialog:modal')) return false;
  find('#palette-on').value = location.pathname.match(/^\/tickets\/(\d+)$/)?.[1] ?? '';
  dialog.showModal();
  const field = find('#palette-q');
  field.value = '';
  field.focus();
  // In a task of its own: htmx starts listening in one after the page's scripts ran, and a quick hand is before it.
  setTimeout(() => field.dispatchEvent(new CustomEvent('palette-open', { bubbles: true })));
  return true;
}

const options = () => findAll('#palette [role="option"]');
const chosen = () => find('#palette [role="option"][aria-selected="true"]');

function choose(step) {
  const all = options();
  if (all.length === 0) return;
  const at = all.indexOf(chosen());
  const next = all[(at + step + all.length) % all.length];
  for (const option of all) option.setAttribute('aria-selected', String(option === next));
  next.scrollIntoView({ block: 'nearest' });
  tellChosen();
}

function tellChosen() {
  find('#palette-q')?.setAttribute('aria-activedescendant', chosen()?.id ?? '');
}

function pressKey(key) {
  const element = find(`#main [data-key="${CSS.escape(key)}"]`);
  if (element) pressElement(element);
  return Boolean(element);
}

function pressLast(selector) {
  const element = findAll(selector).at(-1);
  if (element) pressElement(element);
  return Boolean(element);
}

function write(kind) {
  const choice = find(`.composer [name="kind"][value="${kind}"]`);
  choice?.click();
  return focusOn('.composer textarea');
}

function focusOn(selector) {
  const element = find(selector);
  element?.focus();
  return Boolean(element);
}

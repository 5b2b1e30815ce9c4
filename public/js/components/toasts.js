import { find, findAll, on, onWithin } from '../page.js';
import { phrase } from '../strings.js';

const LINGER = 8_000;

/** Shows one line above the page. An error stays until it is closed. */
export function say(text, { isError = false, form } = {}) {
  const box = find('.toasts');
  if (!box || !text) return;
  const toast = document.createElement('div');
  toast.className = 'toast';
  if (isError) {
    toast.setAttribute('role', 'alert');
    toast.dataset.stay = '';
  }
  const words = document.createElement('span');
  words.className = 'grow';
  words.textContent = text;
  toast.append(words, form ? undoButton(form, toast) : closeButton());
  box.append(toast);
}

/** Toasts drawn by the server and by scripts alike leave by themselves. */
export function toasts() {
  const box = find('.toasts');
  if (!box) return;
  for (const said of findAll('.flash[data-toast]')) {
    said.className = 'toast';
    box.append(said);
  }
  findAll('.toast', box).forEach(linger);
  new MutationObserver(changes => {
    for (const node of changes.flatMap(change => [...change.addedNodes])) {
      if (node instanceof Element) linger(node);
    }
  }).observe(box, { childList: true });
  onWithin('click', '[data-close]', (_event, button) => button.closest('.toast, .flash')?.remove());
  // A response may say something: HX-Trigger: {"toast": {"text": "…", "isError": true}}
  on('toast', event => say(event.detail?.text, event.detail));
}

/** The clock stands while the toast is looked at: a person may still be reading or reaching for it. */
function linger(toast) {
  if ('stay' in toast.dataset) return;
  let timer;
  const start = () => {
    clearTimeout(timer);
    timer = setTimeout(() => toast.remove(), LINGER);
  };
  const stop = () => clearTimeout(timer);
  toast.addEventListener('pointerenter', stop);
  toast.addEventListener('focusin', stop);
  toast.addEventListener('pointerleave', start);
  toast.addEventListener('focusout', start);
  start();
}

/** Sends the form of that id, which came with the answer and takes back what the toast tells. */
function undoButton(form, toast) {
  const button = document.createElement('button');
  button.className = 'btn btn-sm';
  button.setAttribute('form', form);
  button.textContent = phrase('undo');
  button.addEventListener('click', () => setTimeout(() => toast.remove()));
  return button;
}

function closeButton() {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'btn btn-sm';
  button.dataset.close = '';
  button.textContent = phrase('close');
  return button;
}

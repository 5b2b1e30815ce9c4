import { defaultButton, find, on, pressElement } from '../page.js';
import { leaveField, leavingFields, rememberPlace } from './leaving-fields.js';
import { cursorRow, moveCursor, queueRows } from './queue-cursor.js';
import { pickedCount } from './selection.js';

const TYPING = 'input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]';
const BULK = new Set(['a', 's', 'p', 'm']);
/** Time for the second key after G, in ms. */
const CHORD = 1_000;

/** Each answers whether it did something; if not, the key keeps its meaning for the browser. */
const ACTIONS = {
  j: () => moveCursor(1) || press('[data-key="j"]'),
  k: () => moveCursor(-1) || press('[data-key="k"]'),
  x: () => pressIn(cursorRow(), '[name="ids"]'),
  r: () => write('reply'),
  n: () => write('note'),
  ';': () => press('[popovertarget="canned"]'),
  // What its label in the sidebar says; the list's own field has F.
  '/': () => press('.side-search'),
  f: () => filter(),
  '?': () => showKeys(),
};

/**
 * Single keys for the desk. `data-key` on a button or link is pressed by that key, `data-go` by G and
 * then that key. `<html data-keys="off">` silences them (WCAG 2.1.4).
 */
export function shortcuts() {
  let chordAt = 0;
  leavingFields();
  on('keydown', event => {
    if (sendsForm(event)) return;
    if (event.key === 'Escape' && event.target.matches?.(TYPING)) return leaveField(event);
    if (isBusyElsewhere(event)) return;
    const key = event.key.toLowerCase();
    const isChord = Date.now() - chordAt < CHORD;
    chordAt = 0;
    if (isChord) {
      if (press(`[data-go="${CSS.escape(key)}"]`)) event.preventDefault();
    } else if (key === 'g') {
      chordAt = Date.now();
    } else if (act(key)) {
      event.preventDefault();
    }
  });
}

function act(key) {
  if (BULK.has(key) && queueRows().length > 0 && pickedCount() === 0) {
    pressIn(cursorRow(), '[name="ids"]');
  }
  const action = ACTIONS[key];
  return action ? action() : key.length === 1 && press(`[data-key="${CSS.escape(key)}"]`);
}

/** Ctrl or Cmd with Enter sends; with Shift it presses `[data-send="shift"]` where there is one. */
function sendsForm(event) {
  if (!(event.metaKey || event.ctrlKey) || event.key !== 'Enter' || !event.target.form) return false;
  const { form } = event.target;
  event.preventDefault();
  const button = (event.shiftKey && find('[data-send="shift"]', form)) || defaultButton(form);
  if (button) button.click();
  else form.requestSubmit();
  return true;
}

function isBusyElsewhere(event) {
  return (
    event.metaKey ||
    event.ctrlKey ||
    event.altKey ||
    event.isComposing ||
    event.defaultPrevented ||
    document.documentElement.dataset.keys === 'off' ||
    !document.body.classList.contains('desk') ||
    find('dialog:modal') !== null ||
    event.target.matches?.(TYPING)
  );
}

function press(selector) {
  return pressIn(document, selector);
}

function pressIn(within, selector) {
  const element = within && find(selector, within);
  if (element instanceof HTMLSelectElement) rememberPlace();
  if (element) pressElement(element);
  return Boolean(element);
}

function write(kind) {
  const composer = find('.composer');
  if (!composer) return false;
  rememberPlace();
  pressIn(composer, `[name="kind"][value="${kind}"]`);
  find('textarea', composer)?.focus();
  return true;
}

function filter() {
  const field = find('.filters [name="q"]');
  if (!field) return false;
  rememberPlace();
  field.focus();
  field.select();
  return true;
}

function showKeys() {
  const dialog = find('#keys');
  dialog?.showModal();
  return Boolean(dialog);
}

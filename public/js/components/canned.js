import { find, findAll, onWithin } from '../page.js';

/**
 * Saved replies in the menu `#canned`: its search narrows the list, `data-insert` on a button is the text put in at
 * the cursor of the message. What was typed stays.
 */
export function canned() {
  onWithin('input', '#canned-q', (_event, field) => narrow(field.value));
  onWithin('keydown', '#canned', (event, menu) => move(event, menu));
  onWithin('click', '[data-insert]', (_event, button) => insert(button));
  // Opened, one types at once; opened again, it shows all; `toggle` does not bubble.
  const opened = (event, menu) => {
    const field = find('input', menu);
    if (event.newState === 'open') return field.focus();
    field.value = '';
    narrow('');
  };
  onWithin('toggle', '#canned', opened, { capture: true });
}

const rows = () => findAll('#canned [data-name]');

function narrow(text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  for (const row of rows()) row.hidden = !words.every(word => row.dataset.name.includes(word));
}

/** Arrows go through what is shown; Enter in the search takes the first. */
function move(event, menu) {
  const shown = rows().filter(row => !row.hidden);
  const at = shown.indexOf(document.activeElement);
  if (event.key === 'Enter' && event.target.matches('input')) {
    event.preventDefault();
    shown[0]?.click();
  } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
    event.preventDefault();
    const next = shown[at + (event.key === 'ArrowDown' ? 1 : -1)];
    (next ?? find('input', menu)).focus();
  }
}

function insert(button) {
  const field = find('.composer textarea');
  if (!field) return;
  button.closest('[popover]')?.hidePopover();
  // A note's text must not go out to the requester by a choice in a menu.
  if (button.dataset.says === 'note') find('.composer [name="kind"][value="note"]')?.click();
  field.focus();
  insertText(field, button.dataset.insert);
}

/** At the cursor, with its undo; a text begins in a line of its own. */
export function insertText(field, text) {
  const before = field.value.slice(0, field.selectionStart);
  const gap = before && !before.endsWith('\n') ? '\n\n' : '';
  field.setRangeText(gap + text, field.selectionStart, field.selectionEnd, 'end');
  field.dispatchEvent(new Event('input', { bubbles: true }));
}

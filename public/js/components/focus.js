import { find, findAll, on } from '../page.js';
import { queueRows } from './queue-cursor.js';

/** After a swap the focus goes where the answer asks; a failed form asks for its summary. */
export function focus() {
  settle();
  let row = -1;
  let asking = null;
  on('htmx:before:request', () => {
    asking = document.activeElement;
  });
  on('htmx:before:swap', () => {
    row = queueRows().findIndex(one => one.contains(document.activeElement));
  });
  on('htmx:after:settle', () => {
    // Whoever pressed Escape while the answer was on its way has left the field for good.
    const hasLeft = document.activeElement === find('#main') && asking !== find('#main');
    if (hasLeft) for (const asked of findAll('[data-focus]')) asked.removeAttribute('data-focus');
    settle();
    if (row >= 0 && document.activeElement === document.body) focusRow(row);
    row = -1;
  });
}

function settle() {
  const target = find('[data-focus]') ?? find('.error-summary:not([data-seen])');
  if (!target) return;
  for (const asked of findAll('[data-focus]')) asked.removeAttribute('data-focus');
  target.dataset.seen = '';
  if (target.tabIndex < 0) target.tabIndex = -1;
  target.focus();
}

/** A row that left the list hands the focus to the one that took its place. */
function focusRow(index) {
  const rows = queueRows();
  const next = rows[Math.min(index, rows.length - 1)];
  (next ? find('a.cover', next) : find('#main'))?.focus();
}

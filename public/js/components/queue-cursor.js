import { find, findAll, onWithin } from '../page.js';

const ROWS = '.queue tbody tr';

export const queueRows = () => findAll(ROWS);
export const cursorRow = () => find(`${ROWS}.is-cursor`);

/** Moves the mark that J and K drive, and the focus with it. False when there is no queue here. */
export function moveCursor(by) {
  const rows = queueRows();
  if (rows.length === 0) return false;
  const from = rows.indexOf(cursorRow());
  const row = rows[Math.max(0, Math.min(rows.length - 1, from + by))];
  find('a.cover', row)?.focus({ preventScroll: true });
  mark(row);
  row.scrollIntoView({ block: 'nearest' });
  return true;
}

/** The mark follows the focus, however it got there. */
export function queueCursor() {
  // Back from a ticket: on at its row.
  const returned = document.getElementById(location.hash.slice(1))?.closest(ROWS);
  if (returned) mark(returned);
  onWithin('focusin', ROWS, (_event, row) => mark(row));
}

function mark(chosen) {
  for (const row of queueRows()) row.classList.toggle('is-cursor', row === chosen);
}

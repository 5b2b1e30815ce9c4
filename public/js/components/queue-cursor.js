import { find, findAll, onWithin, storage } from '../page.js';

const ROWS = '.queue tbody tr';
const PLACE = 'queue-place';

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
  onWithin('submit', '.queue-form', keepPlace);
  goOn();
}

/** What is done to tickets draws the list anew: the cursor goes on where it was, at the row that took the place. */
function keepPlace() {
  const at = queueRows().indexOf(cursorRow());
  if (at >= 0) storage()?.setItem(PLACE, JSON.stringify([location.href.split('#')[0], at]));
}

function goOn() {
  const kept = storage();
  const [address, at] = JSON.parse(kept?.getItem(PLACE) ?? '[]');
  if (address !== location.href.split('#')[0]) return;
  kept.removeItem(PLACE);
  const rows = queueRows();
  const row = rows[Math.min(at, rows.length - 1)];
  if (row) find('a.cover', row)?.focus({ preventScroll: true });
  if (row) mark(row);
}

function mark(chosen) {
  for (const row of queueRows()) row.classList.toggle('is-cursor', row === chosen);
}

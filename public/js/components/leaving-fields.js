import { find, onWithin } from '../page.js';

let place = null;

/** Where the focus is before a key takes it into a field. */
export function rememberPlace() {
  place = document.activeElement;
}

/** A list that a key opened gives the focus back once something is chosen, so that the next key acts again. */
export function leavingFields() {
  onWithin('change', 'select[data-by-key]', (_event, list) => {
    delete list.dataset.byKey;
    goBack();
  });
}

/** Escape leaves a field, with what was typed; a search that holds words is emptied by the browser first. */
export function leaveField({ target }) {
  const isBusy = target.closest('dialog, [popover]') || target.hasAttribute('aria-activedescendant');
  if (isBusy || (target.type === 'search' && target.value)) return;
  goBack();
}

function goBack() {
  const to = place?.isConnected && place !== document.body ? place : find('#main');
  place = null;
  if (!to) return;
  if (to.tabIndex < 0) to.tabIndex = -1;
  to.focus({ preventScroll: true });
}

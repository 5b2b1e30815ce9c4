import { findAll, onWithin } from '../page.js';

/** `form[data-guard]`: the browser asks before leaving a page with changes that nothing keeps. */
export function unsaved() {
  const changed = new Set();
  onWithin('input', 'form[data-guard]', (_event, form) => changed.add(form));
  for (const type of ['submit', 'reset']) {
    // A look in a frame of the page keeps nothing.
    onWithin(type, 'form[data-guard]', (event, form) => event.submitter?.formTarget || changed.delete(form));
  }
  window.addEventListener('beforeunload', event => {
    const isLeft = findAll('form[data-guard]').some(form => changed.has(form));
    if (isLeft) event.preventDefault();
  });
}

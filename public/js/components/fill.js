import { find, onWithin } from '../page.js';

/** A suggestion goes into the search field instead of leading to its page. */
export function fill() {
  onWithin('click', '#suggestions [data-fill]', (event, link) => {
    const field = find('#q');
    if (!field || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    field.value = link.dataset.fill;
    field.focus();
    field.dispatchEvent(new Event('input', { bubbles: true }));
  });
}

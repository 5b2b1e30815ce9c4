import { find, onWithin } from '../page.js';
import { pickedCount } from './selection.js';

/** Paging with something ticked takes it along: the page's link presses the button that does so without scripts. */
export function keptSelection() {
  onWithin('click', '.queue-form .pages a', (event, link) => {
    if (pickedCount() === 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
    const address = link.getAttribute('href');
    const button = find(`.bulk [name="to"][value="${CSS.escape(address)}"]`);
    if (!button) return;
    event.preventDefault();
    button.form.requestSubmit(button);
  });
}

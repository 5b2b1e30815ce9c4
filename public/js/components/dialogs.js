import { onWithin } from '../page.js';

/** `data-open="id"` opens that dialog, `data-print` the print sheet. Both are extras to a link. */
export function dialogs() {
  onWithin('click', '[data-open]', (event, opener) => {
    const dialog = document.getElementById(opener.dataset.open);
    if (!dialog) return;
    event.preventDefault();
    opener.closest('[popover]')?.hidePopover();
    dialog.showModal();
  });
  onWithin('click', '[data-print]', event => {
    event.preventDefault();
    window.print();
  });
}

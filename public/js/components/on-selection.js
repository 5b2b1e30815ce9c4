import { find, on } from '../page.js';

/** `<form data-on-selection="script">`: the script that only a selection needs comes with the first one. */
export function onSelection() {
  let asked = false;
  const look = () => {
    const list = find('[data-on-selection]');
    if (asked || !list || !find('[name="ids"]:checked, .bulk:not([data-kept="0"])', list)) return;
    asked = true;
    document.head.append(Object.assign(document.createElement('script'), { src: list.dataset.onSelection }));
  };
  on('selection:change', look);
  on('htmx:after:settle', look);
  // The browser brings ticked boxes back after the scripts have run.
  addEventListener('pageshow', look);
}

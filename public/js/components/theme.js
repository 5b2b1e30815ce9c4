import { onWithin } from '../page.js';

/** Applies a chosen theme at once; the form around the button keeps it in a cookie. */
export function theme() {
  onWithin('click', '[data-set-theme]', (_event, button) => {
    const { dataset } = document.documentElement;
    if (button.dataset.setTheme === 'system') delete dataset.theme;
    else dataset.theme = button.dataset.setTheme;
  });
}

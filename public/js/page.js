/** The first element that matches, in the page or inside `within`. */
export const find = (selector, within = document) => within.querySelector(selector);

export const findAll = (selector, within = document) => [...within.querySelectorAll(selector)];

/** Listens on the document, so that what htmx swaps in later is heard too. */
export function on(type, listener, options) {
  document.addEventListener(type, listener, options);
}

/** Calls `listener(event, element)` when the event came from inside an element that matches. */
export function onWithin(type, selector, listener, options) {
  on(
    type,
    event => {
      const element = event.target instanceof Element ? event.target.closest(selector) : null;
      if (element) listener(event, element);
    },
    options,
  );
}

/** What a key that stands for an element does to it: a list of choices opens, a menu takes the focus along. */
export function pressElement(element) {
  if (element instanceof HTMLSelectElement) return openChoices(element);
  element.click();
  const menu = element.popoverTargetElement;
  if (!menu?.matches(':popover-open')) return;
  menu.tabIndex = -1;
  menu.focus();
}

function openChoices(list) {
  list.dataset.byKey = '';
  list.focus();
  try {
    list.showPicker();
  } catch {
    // Only where the browser lets a script open it; the focus is enough.
  }
}

/** The button that Enter would press. */
export const defaultButton = form =>
  find('[data-send]', form) ?? [...form.elements].find(control => control.type === 'submit');

/** Stored text may be unavailable (private windows, blocked storage); then there is simply none. */
export function storage() {
  try {
    return window.sessionStorage;
  } catch {
    return null;
  }
}

/** Runs what the page can do without for now: a second after it is whole. */
export function whenQuiet(run) {
  const soon = () => setTimeout(run, 1_000);
  if (document.readyState === 'complete') soon();
  else addEventListener('load', soon, { once: true });
}

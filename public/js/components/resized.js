import { findAll, on } from '../page.js';

/**
 * A field that somebody dragged larger carries that size as an inline style, which htmx would write into its
 * successor as an attribute: the strict policy refuses that, and says so in the console. The size is carried
 * over as a property instead, which the policy allows.
 */
export function resized() {
  let heights = [];
  on('htmx:before:swap', () => {
    heights = findAll('textarea[id][style]').map(field => [field.id, field.style.height]);
    for (const [id] of heights) document.getElementById(id).removeAttribute('style');
  });
  on('htmx:after:settle', () => {
    for (const [id, height] of heights) {
      const field = document.getElementById(id);
      if (field) field.style.height = height;
    }
    heights = [];
  });
}

import type { CategoryChoice } from '../../domain/tickets/choices.ts';
import { escapeHtml } from '../rendering/escaping.ts';

const drawn = new WeakMap<readonly CategoryChoice[], string>();

/**
 * The categories as options, in groups by their parent, with the current one chosen. They are some hundred, the same on
 * every ticket: drawn once for each list that is loaded, and without the end tags that HTML leaves out.
 */
export function categoryOptions(categories: readonly CategoryChoice[], current: number | null): string {
  let html = drawn.get(categories);
  if (html === undefined) {
    html = draw(categories);
    drawn.set(categories, html);
  }
  return html.replace(`<option value="${current ?? ''}"`, chosen => `${chosen} selected`);
}

function draw(categories: readonly CategoryChoice[]): string {
  let group: string | null = null;
  let html = '';
  for (const { id, name, parent } of categories) {
    if (parent !== group) {
      if (group) html += '</optgroup>';
      if (parent) html += `<optgroup label="${escapeHtml(parent)}">`;
      group = parent;
    }
    html += `<option value="${id}">${escapeHtml(name)}`;
  }
  return group ? `${html}</optgroup>` : html;
}

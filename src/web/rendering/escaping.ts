const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/**
 * Besides what HTML needs, the signs that a Latin text has beyond U+00FF (quotes, dashes, ellipses, arrows, ł, ž) are
 * written as numbers: one of them in a page of 100 KB makes V8 hold all of it in two bytes a letter, and writing that out
 * as UTF-8 takes three times as long. Other scripts stay as they are: their pages would grow by more than that.
 */
const SPECIAL = /[&<>"'\u0100-\u017f\u2000-\u22ff]/;
const EACH_SPECIAL = new RegExp(SPECIAL, 'g');
const entity = (char: string) => ENTITIES[char] ?? `&#${char.charCodeAt(0)};`;

/** Safe as HTML text and inside a quoted attribute; nowhere else (not in a script, style or URL). */
export function escapeHtml(text: unknown): string {
  const plain = typeof text === 'string' ? text : String(text ?? '');
  // Most texts have none of them, and looking is several times quicker than replacing.
  return SPECIAL.test(plain) ? plain.replace(EACH_SPECIAL, entity) : plain;
}

/** A template's own text as `escapeHtml` leaves it; what stands in its tags is code. */
export const narrowText = (source: string): string =>
  source.replace(/<%[\s\S]*?%>|[\u0100-\uffff]/g, found =>
    found.length > 1 ? found : `&#${found.charCodeAt(0)};`,
  );

/** ` name="value"` for each value that is there; `true` gives a bare attribute. */
export function attributes(values: Record<string, string | number | boolean | null | undefined>): string {
  return Object.entries(values)
    .filter(([, value]) => value !== undefined && value !== null && value !== false)
    .map(([name, value]) => (value === true ? ` ${name}` : ` ${name}="${escapeHtml(value)}"`))
    .join('');
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const SPECIAL = /[&<>"']/;

/** Safe as HTML text and inside a quoted attribute; nowhere else (not in a script, style or URL). */
export function escapeHtml(text: unknown): string {
  const plain = typeof text === 'string' ? text : String(text ?? '');
  // Most texts have none of them, and looking is several times quicker than replacing.
  return SPECIAL.test(plain) ? plain.replace(/[&<>"']/g, char => ENTITIES[char] ?? char) : plain;
}

/** ` name="value"` for each value that is there; `true` gives a bare attribute. */
export function attributes(values: Record<string, string | number | boolean | null | undefined>): string {
  return Object.entries(values)
    .filter(([, value]) => value !== undefined && value !== null && value !== false)
    .map(([name, value]) => (value === true ? ` ${name}` : ` ${name}="${escapeHtml(value)}"`))
    .join('');
}

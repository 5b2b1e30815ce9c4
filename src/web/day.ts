/** Making a format takes longer than drawing a line with it. The zones that people live in are some hundred. */
const formats = new Map<string, Intl.DateTimeFormat>();
const MOST_KEPT = 600;

/** The calendar day of an instant in a zone: `2026-11-21`. */
export function dayIn(timeZone: string, at: Date): string {
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-CA', {
      timeZone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
    });
    if (formats.size >= MOST_KEPT) formats.clear();
    formats.set(timeZone, format);
  }
  return format.format(at);
}

/** What PostgreSQL and pages can hold: no NUL, no half of a letter. */
export const plainText = (text: string): string =>
  text
    .replaceAll('\0', '')
    .replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd');

/** One line of a header: without control and direction characters, bounded. */
export const oneLine = (text: string, most: number): string =>
  plainText(text)
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, most);

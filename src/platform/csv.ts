/** What a spreadsheet would run as a formula, also behind blanks or in its full-width form. */
const FORMULA = /^[\s\u00a0\ufeff]*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/;

export type CsvValue = string | number | boolean | Date | null | undefined;

/**
 * One line of RFC 4180, ended by CR LF. Text that a spreadsheet would run gets an apostrophe in front (OWASP,
 * CSV injection); numbers are written as they are. Dates are ISO 8601 in UTC.
 */
export function csvLine(values: readonly CsvValue[]): string {
  return `${values.map(cell).join(',')}\r\n`;
}

/** Spreadsheets take a file for UTF-8 only if it begins with this. */
export const CSV_START = '\ufeff';

function cell(value: CsvValue): string {
  if (value === null || value === undefined) return '';
  if (value instanceof Date) return value.toISOString();
  if (typeof value !== 'string') return String(value);
  const safe = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n;\t']/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

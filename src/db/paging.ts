const INSTANT =
  /^(\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01]) ([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?[+-](0\d|1[0-4])(:[0-5]\d)?$/;

/**
 * Whether a text from a page's address is a moment as PostgreSQL writes it (`2026-03-02 09:00:00.123456+00`): only
 * such a one may stand in a keyset comparison, since the 30th of February would be an error of the database.
 */
export function isInstant(text: string): boolean {
  const found = INSTANT.exec(text);
  if (!found || found[1] === '0000') return false;
  const [year, month, day] = found.slice(1, 4).map(Number) as [number, number, number];
  return new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day;
}

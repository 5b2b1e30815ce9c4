/**
 * The instant at which a calendar day (`2026-11-16`) begins in a zone; undefined if it is no such day.
 * Where a clock change skips midnight, the day begins with the first instant it has.
 */
export function startOfDay(day: string, timeZone: string): Date | undefined {
  const found = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day);
  if (!found) return undefined;
  const [year = 0, month = 0, date = 0] = found.slice(1).map(Number);
  const asUtc = Date.UTC(year, month - 1, date);
  if (new Date(asUtc).getUTCDate() !== date || year < 1970) return undefined;
  // Twice, because the offset at the first guess may be that of the other side of a clock change.
  const guess = asUtc - offsetAt(asUtc, timeZone);
  return new Date(asUtc - offsetAt(guess, timeZone));
}

/** The day after, also where a day has 23 or 25 hours. */
export function startOfNextDay(day: string, timeZone: string): Date | undefined {
  const start = /^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(start)) return undefined;
  return startOfDay(new Date(start + 86_400_000).toISOString().slice(0, 10), timeZone);
}

/** How far the zone is ahead of UTC at that instant, in ms. */
function offsetAt(instant: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(instant);
  const part = (type: string) => Number(parts.find(each => each.type === type)?.value ?? 0);
  const wall = Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
    part('second'),
  );
  return wall - Math.floor(instant / 1_000) * 1_000;
}

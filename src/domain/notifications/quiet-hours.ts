import { localTime, presenceAt } from '../assignment/presence.ts';

/** Days from Monday (1) to Sunday (7) on which it begins; `from` after `to` ends the next morning. */
export type QuietHours = { from: string; to: string; days: readonly number[] };

/** When it is over, on the person's own clock; null while it is not quiet. */
export function quietUntil(quiet: QuietHours, timeZone: string, at: Date): Date | null {
  const nowhere = { awaySince: null, absentFrom: null, absentUntil: null };
  if (presenceAt({ timeZone, hours: quiet, ...nowhere }, at) !== 'present') return null;
  const { date, minutes } = localTime(at, timeZone);
  const endsToday = minutes < minutesOf(quiet.to);
  return instantAt(endsToday ? date : dayAfter(date), quiet.to, timeZone);
}

/**
 * The instant at which clocks there show that time of that day. When summer time begins some times do not exist:
 * then the clock has just gone past. When it ends some come twice: either is right.
 */
export function instantAt(date: string, clock: string, timeZone: string): Date {
  const wall = Date.parse(`${date}T${clock}:00Z`);
  let guess = wall;
  for (let turn = 0; turn < 3; turn += 1) guess = wall - offsetAt(guess, timeZone);
  const shown = localTime(new Date(guess), timeZone);
  const early = shown.date < date || (shown.date === date && shown.minutes < minutesOf(clock));
  return new Date(early ? guess + HOUR : guess);
}

const HOUR = 3_600_000;

function offsetAt(instant: number, timeZone: string): number {
  const { date, minutes } = localTime(new Date(instant), timeZone);
  return Date.parse(`${date}T00:00:00Z`) + minutes * 60_000 - Math.floor(instant / 60_000) * 60_000;
}

const dayAfter = (date: string) =>
  new Date(Date.parse(`${date}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);

const minutesOf = (clock: string) => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3, 5));

/** Days from Monday (1) to Sunday (7), and the clock of the person's own place. `from` after `to` is a night shift. */
export type Hours = { days: readonly number[]; from: string; to: string };

/** What decides whether somebody is there. Days are written YYYY-MM-DD; no last day is "until further notice". */
export type Times = {
  timeZone: string;
  hours: Hours;
  awaySince: Date | null;
  absentFrom: string | null;
  absentUntil: string | null;
};

export type Presence = 'present' | 'away' | 'absent' | 'off-hours';

export function presenceAt(times: Times, now: Date): Presence {
  const here = localTime(now, times.timeZone);
  if (isAbsent(times, here.date)) return 'absent';
  if (times.awaySince) return 'away';
  return isWorking(times.hours, here) ? 'present' : 'off-hours';
}

/** Since when nobody can count on them; the end of a working day does not count as gone. */
export function goneSince(times: Times, now: Date): Date | null {
  const since = [
    isAbsent(times, localTime(now, times.timeZone).date) && times.absentFrom
      ? startOfDay(times.absentFrom, times.timeZone)
      : null,
    times.awaySince,
  ].filter(moment => moment !== null);
  return since.length > 0 ? new Date(Math.min(...since.map(Number))) : null;
}

const isAbsent = ({ absentFrom, absentUntil }: Times, today: string) =>
  absentFrom !== null && absentFrom <= today && (absentUntil === null || today <= absentUntil);

type Local = { date: string; weekday: number; minutes: number };

function isWorking({ days, from, to }: Hours, { weekday, minutes }: Local): boolean {
  const [start, end] = [minutesOf(from), minutesOf(to)];
  const today = days.includes(weekday);
  if (start === end) return today;
  if (start < end) return today && start <= minutes && minutes < end;
  const yesterday = days.includes(weekday === 1 ? 7 : weekday - 1);
  return (today && minutes >= start) || (yesterday && minutes < end);
}

const minutesOf = (clock: string) => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3, 5));

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hourCycle: 'h23',
    weekday: 'short',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  });
  formats.set(timeZone, made);
  return made;
}

const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** The calendar and the clock on the wall there, summer time included. */
export function localTime(now: Date, timeZone: string): Local {
  const parts = Object.fromEntries(
    formatOf(timeZone)
      .formatToParts(now)
      .map(part => [part.type, part.value]),
  );
  return {
    date: `${parts.year}-${parts.month}-${parts.day}`,
    weekday: WEEKDAYS.indexOf(parts.weekday ?? '') + 1,
    minutes: Number(parts.hour) * 60 + Number(parts.minute),
  };
}

/** The instant at which a day begins there; looked at twice, since the zone may change between guess and day. */
function startOfDay(date: string, timeZone: string): Date {
  const midnight = Date.parse(`${date}T00:00:00Z`);
  let guess = midnight;
  for (let turn = 0; turn < 2; turn += 1) {
    const { date: there, minutes } = localTime(new Date(guess), timeZone);
    guess -= Date.parse(`${there}T00:00:00Z`) + minutes * 60_000 - midnight;
  }
  return new Date(guess);
}

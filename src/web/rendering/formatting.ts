import type { Translate } from '../../platform/translating.ts';
import { duration } from './duration.ts';

export type Formatting = ReturnType<typeof createFormatting>;

const cache = new Map<string, unknown>();
/** Some hundred are in use, and the moments of some lists. Zones and moments are very many, so their number must have an end. */
const MOST_KEPT = 5_000;
function kept<T>(key: string, make: () => T): T {
  const known = cache.get(key);
  if (known !== undefined) return known as T;
  if (cache.size >= MOST_KEPT) cache.clear();
  const made = make();
  cache.set(key, made);
  return made;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Dates, numbers, sizes and lists in the person's language and zone (Intl). All instants are UTC inside. */
export function createFormatting({
  locale,
  timeZone,
  t,
  now,
}: {
  locale: string;
  timeZone: string;
  t: Translate;
  now: Date;
}) {
  const tag =
    locale.startsWith('ar-XB') || locale.startsWith('en-XA') ? 'en-GB' : locale === 'en' ? 'en-GB' : locale;
  const dates = (name: string, options: Intl.DateTimeFormatOptions) =>
    kept(`date:${tag}:${timeZone}:${name}`, () => new Intl.DateTimeFormat(tag, { timeZone, ...options }));
  const day = (at: Date) => dates('iso', { year: 'numeric', month: '2-digit', day: '2-digit' }).format(at);
  const time = (at: Date) =>
    dates('time', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(at);
  const date = (at: Date) => dates('date', { day: 'numeric', month: 'long', year: 'numeric' }).format(at);
  const short = (at: Date) =>
    at.getUTCFullYear() === now.getUTCFullYear()
      ? dates('short', { day: 'numeric', month: 'short' }).format(at)
      : dates('shortyear', { day: 'numeric', month: 'short', year: 'numeric' }).format(at);
  const ago = (at: Date) => {
    const passed = now.getTime() - at.getTime();
    const relative = kept(`rel:${tag}`, () => new Intl.RelativeTimeFormat(tag, { numeric: 'always' }));
    if (passed < MINUTE) return t('just now');
    if (passed < HOUR) return relative.format(-Math.floor(passed / MINUTE), 'minute');
    if (passed < DAY) return relative.format(-Math.floor(passed / HOUR), 'hour');
    if (passed < 6 * DAY) return `${dates('weekday', { weekday: 'long' }).format(at)} ${time(at)}`;
    return date(at);
  };
  return {
    time,
    date,
    short,
    ago,
    /** Twice a row in a list, and the same for a minute: each is put into words once. */
    dateTime: (at: Date) =>
      kept(`at:${tag}:${timeZone}:${Math.floor(at.getTime() / MINUTE)}`, () => `${date(at)}, ${time(at)}`),
    /** "today at 06:24", "Tuesday at 09:41" or the date. */
    when: (at: Date) => {
      if (day(at) === day(now)) return t('today at {{time}}', { time: time(at) });
      if (now.getTime() - at.getTime() < 6 * DAY)
        return t('{{day}} at {{time}}', {
          day: dates('weekday', { weekday: 'long' }).format(at),
          time: time(at),
        });
      return t('on {{date}}', { date: date(at) });
    },
    weekdayDate: (at: Date) =>
      dates('weekdaydate', { weekday: 'long', day: 'numeric', month: 'long' }).format(at),
    clock: (at: Date) => (day(at) === day(now) ? time(at) : `${short(at)}, ${time(at)}`),
    iso: (at: Date) => at.toISOString(),
    /** Short form for tables: 5m, 3h, 2d, then the date. */
    age: (at: Date) => {
      const passed = Math.max(0, now.getTime() - at.getTime());
      if (passed < HOUR) return t('{{n}}m', { n: Math.max(1, Math.floor(passed / MINUTE)) });
      if (passed < DAY) return t('{{n}}h', { n: Math.floor(passed / HOUR) });
      if (passed < 14 * DAY) return t('{{n}}d', { n: Math.floor(passed / DAY) });
      return short(at);
    },
    number: (value: number) => kept(`num:${tag}`, () => new Intl.NumberFormat(tag)).format(value),
    bytes: (size: number) => {
      const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;
      const step = size < 1_000 ? 0 : size < 1_000_000 ? 1 : size < 1_000_000_000 ? 2 : 3;
      const digits = step > 1 ? 1 : 0;
      return kept(
        `bytes:${tag}:${step}`,
        () =>
          new Intl.NumberFormat(tag, {
            style: 'unit',
            unit: units[step]!,
            unitDisplay: step === 0 ? 'long' : 'short', // short says "5 byte"
            maximumFractionDigits: digits,
          }),
      ).format(size / 1_000 ** step);
    },
    /** Minutes in full: "4 hours", "1 day". */
    duration: (minutes: number) => duration(minutes * MINUTE, tag, 'long'),
    list: (items: string[]) =>
      kept(`list:${tag}`, () => new Intl.ListFormat(tag, { type: 'conjunction' })).format(items),
  };
}

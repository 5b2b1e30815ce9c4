import type { Translate } from '../platform/translating.ts';

/** What the writers of mails use: the recipient's words, dates in their zone, addresses on APP_URL. */
export type Pen = {
  t: Translate;
  url(path: string): string;
  dateTime(at: Date): string;
  /** Short, for a list of the last day or two. */
  time(at: Date): string;
  weekday(at: Date): string;
  bytes(size: number): string;
};

/** The test languages accent English, so their dates are English too. */
const PSEUDO = /^\w+-X[AB]$/;

export function createPen({
  t,
  locale,
  timeZone,
  appUrl,
}: {
  t: Translate;
  locale: string;
  timeZone: string;
  appUrl: string;
}): Pen {
  const tag = PSEUDO.test(locale) || locale === 'en' ? 'en-GB' : locale;
  const format = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(tag, { timeZone, hourCycle: 'h23', ...options });
  return {
    t,
    url: path => appUrl + path,
    dateTime: at =>
      format({ day: 'numeric', month: 'long', year: 'numeric', hour: '2-digit', minute: '2-digit' }).format(
        at,
      ),
    time: at => format({ weekday: 'short', hour: '2-digit', minute: '2-digit' }).format(at),
    weekday: at => format({ weekday: 'long', day: 'numeric', month: 'long' }).format(at),
    bytes: size => {
      const unit = size < 1_000 ? 'byte' : size < 1_000_000 ? 'kilobyte' : 'megabyte';
      const shown = size / { byte: 1, kilobyte: 1_000, megabyte: 1_000_000 }[unit];
      const digits = unit === 'megabyte' ? 1 : 0;
      return new Intl.NumberFormat(tag, {
        style: 'unit',
        unit,
        unitDisplay: 'short',
        maximumFractionDigits: digits,
      }).format(shown);
    },
  };
}

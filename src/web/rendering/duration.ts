/** The test languages accent English, so their numbers are English too. */
const PSEUDO = /^\w+-X[AB]$/;

type Unit = 'day' | 'hour' | 'minute';

/**
 * "1h 50m" (narrow) or "1 hour 50 minutes" (long), in the two largest units that are there.
 * The page's own clock writes it the same way (public/js/duration.js).
 */
export function duration(milliseconds: number, locale: string, display: 'narrow' | 'long'): string {
  const language = locale.replace(PSEUDO, 'en');
  const [first, ...rest] = partsOf(Math.round(Math.abs(milliseconds) / 60_000));
  const shown = [first, ...rest.filter(([amount]) => amount > 0)];
  const words = shown.map(([amount, unit]) => unitFormat(language, unit, display).format(amount));
  return listFormat(language).format(words);
}

function partsOf(minutes: number): [[number, Unit], ...[number, Unit][]] {
  if (minutes < 60) return [[minutes, 'minute']];
  if (minutes < 1440) {
    return [
      [Math.floor(minutes / 60), 'hour'],
      [minutes % 60, 'minute'],
    ];
  }
  return [
    [Math.floor(minutes / 1440), 'day'],
    [Math.floor((minutes % 1440) / 60), 'hour'],
  ];
}

// Making a formatter costs a hundred times its use, and a queue draws fifty of them.
const unitFormats = new Map<string, Intl.NumberFormat>();
const listFormats = new Map<string, Intl.ListFormat>();

function unitFormat(language: string, unit: Unit, unitDisplay: 'narrow' | 'long'): Intl.NumberFormat {
  const key = `${language} ${unit} ${unitDisplay}`;
  let format = unitFormats.get(key);
  if (!format) {
    format = new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay });
    unitFormats.set(key, format);
  }
  return format;
}

function listFormat(language: string): Intl.ListFormat {
  let format = listFormats.get(language);
  if (!format) {
    format = new Intl.ListFormat(language, { type: 'unit', style: 'narrow' });
    listFormats.set(language, format);
  }
  return format;
}

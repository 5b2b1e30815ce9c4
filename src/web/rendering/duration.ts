/** The test languages accent English, so their numbers are English too. */
const PSEUDO = /^\w+-X[AB]$/;

type Unit = 'day' | 'hour' | 'minute';

/**
 * "1h 50m" (narrow) or "1 hour 50 minutes" (long), in the two largest units that are there.
 * The page's own clock writes it the same way (public/js/duration.js).
 */
export function duration(milliseconds: number, locale: string, display: 'narrow' | 'long'): string {
  const minutes = Math.round(Math.abs(milliseconds) / 60_000);
  // Beyond a day the minutes are not said.
  const key = `${locale} ${display} ${minutes < 1440 ? minutes : minutes - (minutes % 60)}`;
  let said = durations.get(key);
  if (said === undefined) {
    said = inWords(minutes, locale.replace(PSEUDO, 'en'), display);
    if (durations.size >= MOST_KEPT) durations.clear();
    durations.set(key, said);
  }
  return said;
}

/** A list says a hundred, and the next one nearly the same. */
const durations = new Map<string, string>();
const MOST_KEPT = 10_000;

function inWords(minutes: number, language: string, display: 'narrow' | 'long'): string {
  const [first, ...rest] = partsOf(minutes);
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

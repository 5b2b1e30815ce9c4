import { language } from './strings.js';

const MINUTE = 60_000;

/** "1h 50m" or, spoken, "1 hour 50 minutes". The server writes it the same way (drawing.ts). */
export function duration(milliseconds, display) {
  const minutes = Math.round(Math.abs(milliseconds) / MINUTE);
  const parts =
    minutes < 60
      ? [[minutes, 'minute']]
      : minutes < 1440
        ? [
            [Math.floor(minutes / 60), 'hour'],
            [minutes % 60, 'minute'],
          ]
        : [
            [Math.floor(minutes / 1440), 'day'],
            [Math.floor((minutes % 1440) / 60), 'hour'],
          ];
  const shown = parts.filter(([amount], index) => index === 0 || amount > 0);
  const words = shown.map(([amount, unit]) =>
    new Intl.NumberFormat(language(), { style: 'unit', unit, unitDisplay: display }).format(amount),
  );
  return new Intl.ListFormat(language(), { type: 'unit', style: 'narrow' }).format(words);
}

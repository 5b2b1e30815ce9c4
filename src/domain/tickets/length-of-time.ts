/** A day and no more: whoever writes 25 hours mistyped. */
export const MAX_MINUTES = 1_440;

const HOURS = String.raw`(?:h|hrs?|hours?|std|stunden?|u|uur)\.?`;
const MINUTES = String.raw`(?:m|mins?|minutes?|minuten)\.?`;
const NUMBER = String.raw`(\d{1,4}(?:[.,]\d{1,2})?)`;

const CLOCK = /^(\d{1,2}):([0-5]\d)$/;
const BARE = new RegExp(`^${NUMBER}$`);
const ONLY_HOURS = new RegExp(`^${NUMBER}\\s*${HOURS}$`);
const ONLY_MINUTES = new RegExp(`^${NUMBER}\\s*${MINUTES}$`);
const BOTH = new RegExp(`^(\\d{1,2})\\s*${HOURS}\\s*(?:and|,)?\\s*(\\d{1,3})\\s*(?:${MINUTES})?$`);

/**
 * "1h 30m", "1h30", "1:30", "90", "90 min", "1.5h" and "1,5" as whole minutes; undefined for anything else, and for
 * nothing or more than a day. A bare whole number means minutes, one with a fraction hours.
 */
export function minutesFrom(text: string): number | undefined {
  const minutes = Math.round(read(text.trim().toLowerCase()) ?? 0);
  return minutes >= 1 && minutes <= MAX_MINUTES ? minutes : undefined;
}

function read(text: string): number | undefined {
  const both = CLOCK.exec(text) ?? BOTH.exec(text);
  if (both) return Number(both[1]) * 60 + Number(both[2]);
  const hours = ONLY_HOURS.exec(text)?.[1];
  if (hours) return decimal(hours) * 60;
  const minutes = ONLY_MINUTES.exec(text)?.[1];
  if (minutes) return decimal(minutes);
  const bare = BARE.exec(text)?.[1];
  if (!bare) return undefined;
  return /[.,]/.test(bare) ? decimal(bare) * 60 : Number(bare);
}

const decimal = (text: string) => Number(text.replace(',', '.'));

/** As the parser reads it again: "1h 30m", "45m", "2h". Hours, never days: a day of work has no fixed length. */
export function asLength(minutes: number): string {
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  if (hours === 0) return `${rest}m`;
  return rest === 0 ? `${hours}h` : `${hours}h ${rest}m`;
}

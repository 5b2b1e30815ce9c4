/** The design's own hue, lagoon. */
export const DEFAULT_HUE = 205;

/** Hues a company may choose, in degrees. Each was checked to hold 4.5:1 in both themes. */
export const BRAND_HUES: readonly number[] = [
  ...Array.from({ length: 36 }, (_, step) => step * 10),
  DEFAULT_HUE,
].sort((a, b) => a - b);

/** The nearest hue that has a rule, for values that came from elsewhere. */
export function nearestHue(hue: number): number {
  const away = (other: number) => Math.min(Math.abs(other - hue), 360 - Math.abs(other - hue));
  return BRAND_HUES.reduce((best, other) => (away(other) < away(best) ? other : best), DEFAULT_HUE);
}

/**
 * One rule a hue: `<html data-hue="205">` chooses it. The policy `style-src 'self'` forbids
 * writing the number as an inline style.
 */
export function hueRules(): string {
  const rules = BRAND_HUES.map(hue => `[data-hue="${hue}"]{--brand-h:${hue}}`);
  return `@layer tokens{${rules.join('')}}`;
}

/**
 * From (included) and to (not included) as days in the person's own time zone, or how long ago as an instant:
 * `2026`, `2026-11`, `2026-11-21`, with `>`, `>=`, `<`, `<=` before it, `2026-01..2026-03`, `today`, `yesterday`, `7d`, `<2w`.
 */
export type DateRange = { from?: string; to?: string; since?: Date; until?: Date };

const AGO: Record<string, number> = {
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
  m: 30 * 86_400_000,
  y: 365 * 86_400_000,
};

/** Undefined for what is no date. */
export function dateRange(text: string, now: Date): DateRange | undefined {
  const between = text.split('..');
  if (between.length === 2) return fromTo(between[0]!, between[1]!);
  const [, sign = '', rest = ''] = text.match(/^(>=|<=|>|<)?(.+)$/) ?? [];
  const ago = rest.match(/^(\d{1,4})([hdwmy])$/);
  if (ago) {
    const at = new Date(now.getTime() - Number(ago[1]) * AGO[ago[2]!]!);
    return sign.startsWith('>') ? { until: at } : { since: at };
  }
  const span = spanOf(rest, now);
  if (!span) return undefined;
  if (sign === '>') return { from: span.to };
  if (sign === '>=') return { from: span.from };
  if (sign === '<') return { to: span.from };
  if (sign === '<=') return { to: span.to };
  return span;
}

function fromTo(first: string, last: string): DateRange | undefined {
  const from = spanOf(first);
  const to = spanOf(last);
  return from && to && from.from <= to.to ? { from: from.from, to: to.to } : undefined;
}

type Span = { from: string; to: string };

function spanOf(text: string, now?: Date): Span | undefined {
  if (now && (text === 'today' || text === 'yesterday')) {
    const back = text === 'today' ? 0 : 1;
    return { from: day(now, -back), to: day(now, 1 - back) };
  }
  const [, year, month, date] = text.match(/^(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?$/) ?? [];
  if (!year || Number(year) < 1970) return undefined;
  const start = new Date(Date.UTC(Number(year), Number(month ?? 1) - 1, Number(date ?? 1)));
  if (month && start.getUTCMonth() !== Number(month) - 1) return undefined;
  if (date && start.getUTCDate() !== Number(date)) return undefined;
  const end = new Date(start);
  if (date) end.setUTCDate(end.getUTCDate() + 1);
  else if (month) end.setUTCMonth(end.getUTCMonth() + 1);
  else end.setUTCFullYear(end.getUTCFullYear() + 1);
  return { from: iso(start), to: iso(end) };
}

const iso = (date: Date) => date.toISOString().slice(0, 10);
const day = (now: Date, days: number) => iso(new Date(now.getTime() + days * 86_400_000));

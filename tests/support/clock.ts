const UNITS = { milliseconds: 1, seconds: 1_000, minutes: 60_000, hours: 3_600_000, days: 86_400_000 };

export type Duration = Partial<Record<keyof typeof UNITS, number>>;

/** A clock that stands still until a test moves it. Hand `clock.now` to whatever asks for the time. */
export function testClock(start: string | Date = '2026-03-02T09:00:00.000Z') {
  let instant = new Date(start).getTime();
  if (Number.isNaN(instant)) throw new Error(`Not an instant: ${start}`);
  return {
    now: () => new Date(instant),
    set: (to: string | Date) => {
      instant = new Date(to).getTime();
    },
    advance: (by: Duration) => {
      for (const unit of Object.keys(by) as (keyof Duration)[]) instant += (by[unit] ?? 0) * UNITS[unit];
      return new Date(instant);
    },
  };
}

export type TestClock = ReturnType<typeof testClock>;

/** Loaded before a program: its clock is wrong by so many minutes. */
const shift = Number(process.env.CLOCK_AHEAD_MINUTES ?? '0') * 60_000;
const RealDate = Date;

globalThis.Date = class extends RealDate {
  constructor(...parts) {
    if (parts.length === 0) super(RealDate.now() + shift);
    else super(...parts);
  }

  static now() {
    return RealDate.now() + shift;
  }
};

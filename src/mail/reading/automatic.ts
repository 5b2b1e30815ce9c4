import type { Automatic } from '../../domain/mail/message.ts';

export type Signs = {
  /** Lower-case names, all values. */
  headers: Record<string, string[]>;
  subject: string;
  /** Address of the first From; '' where there is none. */
  from: string;
  /** '' is the null path, null says nothing. */
  returnPath: string | null;
  /** Whether `reportOf` found a delivery report. */
  isReport: boolean;
  /** METHOD of a calendar part, upper case; null without one. */
  calendarMethod: string | null;
};

/** Whether a machine wrote this mail, and by which sign. */
export function automaticOf(signs: Signs): Automatic | null {
  return signs.isReport ? { kind: 'bounce', because: 'delivery report' } : null;
}

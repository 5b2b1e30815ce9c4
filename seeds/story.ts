import type { Then } from '../src/domain/tickets/commenting.ts';
import type { Impact, Priority } from '../src/domain/tickets/ticket.ts';
import type { CastKey, TeamKey } from './cast.ts';
import type { CategoryKey } from './categories.ts';

/** `35m`, `2h`, `3d4h`: a length of time. */
export type Length = string;

export type DemoFile = 'screen' | 'log' | 'payslip' | 'label';

export type Change = Partial<{
  status: string;
  waitingOn: 'requester' | 'other';
  priority: Priority;
  category: CategoryKey;
  team: TeamKey;
  assignee: CastKey | null;
}>;

export type Act =
  | { is: 'reply'; body: string; after: Then; files: readonly DemoFile[] }
  | { is: 'note'; body: string }
  | { is: 'change'; changes: Change }
  | { is: 'watch'; who: CastKey }
  | { is: 'take' | 'resolve' | 'confirm' | 'withdraw' | 'close' | 'reopen' | 'auto-close' | 'spam' };

export type Step = {
  /** Since the ticket was opened. */
  after: Length;
  by: CastKey | 'system';
  act: Act;
};

/** A ticket and all that happened to it, told by the verbs of the domain. */
export type Story = {
  opened: Length;
  by: CastKey;
  /** The coordinator who wrote it down for the requester. */
  raisedBy?: CastKey;
  category: CategoryKey;
  impact?: Impact;
  subject: string;
  body: string;
  files?: readonly DemoFile[];
  steps?: readonly Step[];
};

export const reply = (
  after: Length,
  by: CastKey,
  body: string,
  then: Then = 'keep',
  ...files: DemoFile[]
): Step => ({
  after,
  by,
  act: { is: 'reply', body, after: then, files },
});
export const note = (after: Length, by: CastKey, body: string): Step => ({
  after,
  by,
  act: { is: 'note', body },
});
export const change = (after: Length, by: CastKey, changes: Change): Step => ({
  after,
  by,
  act: { is: 'change', changes },
});
export const watch = (after: Length, by: CastKey, who: CastKey): Step => ({
  after,
  by,
  act: { is: 'watch', who },
});

type Plain = Exclude<Act['is'], 'reply' | 'note' | 'change' | 'watch'>;
export const step = (after: Length, by: CastKey, is: Plain): Step => ({ after, by, act: { is } });

/** The program closes what was resolved three days before. */
export const autoClose = (after: Length): Step => ({ after, by: 'system', act: { is: 'auto-close' } });

/** The usual end: somebody takes it, answers, and it closes by itself or by the requester's yes. */
export function answered(by: CastKey, waited: Length, body: string, confirmedBy?: CastKey): Step[] {
  const later = (minutes: number) => `${minutesOf(waited) + minutes}m`;
  return [
    step(waited, by, 'take'),
    reply(later(4), by, body, 'solved'),
    confirmedBy ? step(later(95), confirmedBy, 'confirm') : autoClose(later(3 * 1_440 + 9)),
  ];
}

const UNITS = { d: 1_440, h: 60, m: 1 } as const;

export function minutesOf(length: Length): number {
  const parts = [...length.matchAll(/(\d+)([dhm])/g)];
  if (parts.map(([whole]) => whole).join('') !== length || parts.length === 0)
    throw new Error(`Not a length of time: ${length}`);
  return parts.reduce((sum, [, n, unit]) => sum + Number(n) * UNITS[unit as keyof typeof UNITS], 0);
}

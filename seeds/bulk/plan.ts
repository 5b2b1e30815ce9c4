import { defaultSettings } from '../../src/domain/settings/settings.ts';
import { dueState, replyDueAt } from '../../src/domain/tickets/due.ts';
import type { StatusKind, WaitingOn } from '../../src/domain/tickets/status.ts';
import type { Priority } from '../../src/domain/tickets/ticket.ts';
import { chance, pick } from './chance.ts';

export type Size = {
  tickets: number;
  /** On average; a ticket has up to two more or fewer. */
  comments: number;
  people: number;
};

/** Where the new rows begin, and the keys of whom they speak. Lists are in the order of their making. */
export type Ground = Size & {
  run: number;
  now: number;
  firstId: number;
  firstNumber: number;
  firstComment: number;
  firstEvent: number;
  requesters: number[];
  coordinators: number[];
  teams: number[];
  categories: number[];
};

export const TEAMS = 50;
export const COORDINATORS = 200;
export const CATEGORIES = 500;
const HEAVY_REQUESTER = 5_000; // tickets of one person
const LONG_THREAD = 500; // messages of one ticket
const SPAN = 3 * 365 * 86_400_000;

/** The fate of a ticket: all of it follows from its place in the run. */
export type Plan = {
  i: number;
  status: string;
  kind: StatusKind;
  waitingOn: WaitingOn | null;
  priority: Priority;
  requester: number;
  team: number | null;
  category: number | null;
  assignee: number | null;
  /** Who answers while nobody owns it. */
  desk: number;
  comments: number;
  createdAt: number;
  lastAt: number;
  needsReply: boolean;
};

export function planTicket(ground: Ground, i: number): Plan {
  const x = (i + 0.5) / ground.tickets;
  const age = SPAN * (1 - x) ** 1.5 + 60_000; // more of them lately: the company grows
  const isLong = ground.tickets >= 1_000 && i === Math.floor(ground.tickets * 0.97);
  const fate = isLong ? FATES.open : fateOf(i, x, age);
  const teamIndex = pick(i, 1, TEAMS, 2.2);
  const isTriaged = chance(i, 2) > 0.03;
  const desk = ground.coordinators[teamIndex * 4 + pick(i, 3, 4, 1.3)]!;
  const isOwned = fate.kind !== 'new' && isTriaged && (fate.kind === 'closed' || chance(i, 4) < 0.85);
  const comments = isLong ? LONG_THREAD : Math.max(1, ground.comments + ((i * 7) % 5) - 2);
  const createdAt = ground.now - age;
  return {
    i,
    ...fate,
    priority: PRIORITIES[pick(i, 5, 20)]!,
    requester: requesterOf(ground, i),
    team: isTriaged ? ground.teams[teamIndex]! : null,
    category: isTriaged ? ground.categories[teamIndex * 10 + 1 + pick(i, 6, 9, 1.5)]! : null,
    assignee: isOwned ? desk : null,
    desk,
    comments,
    createdAt,
    lastAt: createdAt + lifeOf(i, fate.kind, age),
    needsReply: fate.kind === 'new' || (fate.kind === 'open' && chance(i, 7) < 0.7),
  };
}

type Fate = Pick<Plan, 'status' | 'kind' | 'waitingOn'>;

const FATES = {
  new: { status: 'new', kind: 'new', waitingOn: null },
  open: { status: 'open', kind: 'open', waitingOn: null },
  'in-progress': { status: 'in-progress', kind: 'open', waitingOn: null },
  asked: { status: 'on-hold', kind: 'waiting', waitingOn: 'requester' },
  held: { status: 'on-hold', kind: 'waiting', waitingOn: 'other' },
  resolved: { status: 'resolved', kind: 'resolved', waitingOn: null },
  closed: { status: 'closed', kind: 'closed', waitingOn: null },
  rejected: { status: 'rejected', kind: 'closed', waitingOn: null },
  withdrawn: { status: 'withdrawn', kind: 'closed', waitingOn: null },
} satisfies Record<string, Fate>;

const ACTIVE: (keyof typeof FATES)[] = [
  ...(['new', 'new', 'new', 'new'] as const),
  ...(['open', 'open', 'open', 'open', 'open', 'open', 'open'] as const),
  ...([
    'in-progress',
    'in-progress',
    'in-progress',
    'asked',
    'asked',
    'asked',
    'asked',
    'held',
    'held',
  ] as const),
];

/** About one in twenty is active, most of them lately; a few are forgotten for years. */
function fateOf(i: number, x: number, age: number): Fate {
  const isRecent = x > 0.9;
  if (chance(i, 8) < (isRecent ? 0.45 : 0.0055)) return FATES[ACTIVE[pick(i, 9, ACTIVE.length)]!];
  if (age < 3 * 86_400_000 && chance(i, 10) < 0.6) return FATES.resolved;
  const end = chance(i, 11);
  return end < 0.02 ? FATES.rejected : end < 0.045 ? FATES.withdrawn : FATES.closed;
}

// Of twenty: four low, ten medium, five high, one urgent.
const PRIORITIES: Priority[] = [
  ...Array.from({ length: 4 }, () => 'low' as const),
  ...Array.from({ length: 10 }, () => 'medium' as const),
  ...Array.from({ length: 5 }, () => 'high' as const),
  'urgent',
];

function requesterOf({ tickets, requesters }: Ground, i: number): number {
  const share = Math.max(20, Math.floor(tickets / HEAVY_REQUESTER));
  return i % share === 0 ? requesters[0]! : requesters[1 + pick(i, 12, requesters.length - 1, 1.8)]!;
}

/** Milliseconds from the first to the last message: hours to days, never beyond now. */
function lifeOf(i: number, kind: StatusKind, age: number): number {
  const days = 0.05 + 6 * chance(i, 13) ** 3;
  const whole = kind === 'waiting' || kind === 'open' ? days * 3 : days;
  return Math.min(whole * 86_400_000, age * 0.95);
}

/** When the reply is due, and what the queue says of it. */
export function clockOf(plan: Plan, now: number): { dueAt: Date | null; state: string } {
  const since = new Date(plan.kind === 'new' ? plan.createdAt : plan.lastAt);
  const dueAt = plan.needsReply ? replyDueAt(plan.priority, since, defaultSettings) : null;
  return { dueAt, state: dueState(dueAt, new Date(now)) };
}

import { query } from '../../db/knex.ts';
import type { Context } from '../context.ts';
import { wordsOf } from '../search/querying.ts';
import { positional } from '../tickets/finding.ts';
import { type Fate, fates } from './message.ts';

/** What becomes of a mail that goes out, in the words of the log. */
export const outFates = ['waiting', 'sending', 'sent', 'retrying', 'failed', 'bounced', 'cancelled'] as const;
export type OutFate = (typeof outFates)[number];

/** `needs-you`: parked, quarantined and failed, which wait for a person. */
export type LogFate = Fate | OutFate | 'needs-you';
export const isLogFate = (word: string): word is LogFate =>
  word === 'needs-you' || [...fates, ...outFates].includes(word as Fate);

export type LogFilter = {
  direction?: 'in' | 'out' | undefined;
  fate?: LogFate | undefined;
  mailboxId?: number | undefined;
  /** A whole address: the sender of what came in, the recipient of what went out. */
  address?: string | undefined;
  /** Words of the subject, or `#1042`. */
  words?: string | undefined;
  from?: Date | undefined;
  /** Exclusive. */
  to?: Date | undefined;
};

/** One part of the log that an index has in the order of time; the log is the union of some. */
export type Branch = {
  direction: 'in' | 'out';
  where: string;
  /** So narrow that all of it is found first and then put in order, not looked for along the order. */
  isFew?: boolean;
};

// Constants, not values: only then does the plan know the index that has these rows alone.
const IN: Partial<Record<string, string>> = Object.fromEntries(
  fates.map(fate => [fate, `m.fate = '${fate}'`]),
);
const OUT: Record<OutFate, string> = {
  waiting: `d.state = 'pending' and d.attempts = 0`,
  retrying: `d.state = 'pending' and d.attempts > 0`,
  sending: `d.state = 'sending'`,
  sent: `d.state = 'sent' and d.bounced_at is null`,
  failed: `d.state = 'failed'`,
  bounced: `d.bounced_at is not null and d.state <> 'failed'`,
  cancelled: `d.state = 'cancelled' and d.bounced_at is null`,
};

/** More mails than these with the words are found by going through the newest. */
const MOST_MATCHES = 2_000;

const matches = (subject: string) =>
  `to_tsvector('simple', plain_text(${subject})) @@ to_tsquery('simple', :words)`;
const BY_TICKET = '(select id from tickets where number = :number)';
/** A mail of ours is called like its ticket. */
const OUT_WORDS = `e.ticket_id in (
  with hits as materialized (
    select ticket_id from ticket_documents where coalesce(staff_words, public_words) @@ to_tsquery('simple', :words)
    limit ${MOST_MATCHES})
  select s.id from hits join tickets s on s.id = hits.ticket_id where ${matches('s.subject')})`;

// Without an order: asked for the newest, the plan would go through all mails for a word that is in one.
const HITS = `select array(select id from inbound_mails where ${matches('subject')} limit ${MOST_MATCHES + 1}) as ids`;

/** The mails whose subject has the words, as long as they are few. */
export async function hitsOf(ctx: Context, filter: LogFilter): Promise<number[] | undefined> {
  const { words } = soughtIn(filter.words ?? '');
  if (words === undefined || filter.direction === 'out') return undefined;
  const { text, bindings } = positional(HITS, { words });
  const [row] = await ctx.transaction(async tx => {
    // Of two words one may be in every mail and the other in one: the index knows that, the estimate does not.
    await tx.db.raw('set local enable_seqscan = off');
    return query<{ ids: number[] }>(tx.db, text, bindings);
  });
  return row && row.ids.length <= MOST_MATCHES ? row.ids : undefined;
}

/** The parts of the log that a filter asks for, and the values of their places. No part: nothing can match. */
export function branchesOf(
  filter: LogFilter,
  hits?: number[],
): { branches: Branch[]; values: Record<string, unknown> } {
  const { number, words } = soughtIn(filter.words ?? '');
  const address = filter.address?.trim().toLowerCase();
  if (filter.words && number === undefined && words === undefined) return { branches: [], values: {} };
  const ins = [
    ...(filter.mailboxId === undefined ? [] : ['m.mailbox_id = :mailbox']),
    ...(address ? ['lower(m.from_address) = :address'] : []),
    ...(number === undefined ? [] : [`m.ticket_id = ${BY_TICKET}`]),
    ...(words === undefined ? [] : [hits ? 'm.id = any(:hits::bigint[])' : matches('m.subject')]),
  ];
  const outs = [
    ...(address ? ['d.recipient_id = (select id from users where lower(email) = :address)'] : []),
    ...(number === undefined ? [] : [`e.ticket_id = ${BY_TICKET}`]),
    ...(words === undefined ? [] : [OUT_WORDS]),
  ];
  const branches = fateBranches(filter).map(({ direction, where }) => ({
    direction,
    where: [where, ...(direction === 'in' ? ins : outs)].filter(Boolean).join(' and ') || 'true',
    isFew: number !== undefined || (words !== undefined && (direction === 'out' || hits !== undefined)),
  }));
  return { branches, values: { mailbox: filter.mailboxId, address, number, words, hits } };
}

function fateBranches({ direction, fate, mailboxId }: LogFilter): Branch[] {
  const all: Branch[] =
    fate === undefined
      ? [
          { direction: 'in', where: '' },
          { direction: 'out', where: '' },
        ]
      : fate === 'needs-you'
        ? [
            { direction: 'in', where: `m.fate = 'parked'` },
            { direction: 'in', where: `m.fate = 'quarantined'` },
            { direction: 'out', where: OUT.failed },
          ]
        : [
            ...(IN[fate] ? [{ direction: 'in' as const, where: IN[fate] }] : []),
            ...(Object.hasOwn(OUT, fate) ? [{ direction: 'out' as const, where: OUT[fate as OutFate] }] : []),
          ];
  return all.filter(
    branch =>
      (!direction || branch.direction === direction) &&
      (mailboxId === undefined || branch.direction === 'in'),
  );
}

function soughtIn(text: string): { number?: number; words?: string } {
  const number = /^#?\s*(\d{1,15})$/.exec(text.trim())?.[1];
  if (number) return { number: Number(number) };
  const words = wordsOf(text).slice(0, 8);
  return words.length > 0 ? { words: words.map(word => `${word}:*`).join(' & ') } : {};
}

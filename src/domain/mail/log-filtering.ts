import { query } from '../../db/knex.ts';
import type { Context } from '../context.ts';
import { wordsOf } from '../search/querying.ts';
import { positional } from '../tickets/finding.ts';
import { MOST_MATCHES, wayInMails, wayInTickets } from './log-words.ts';
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
  /** Common words: so many mails are gone through for them, from the edge of the page on. */
  window?: number | undefined;
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

/**
 * A mail that came in has its words beside it; for one that went out its event and its ticket are read. Beside those a
 * page reaches only as far back as both do.
 */
const windowOf = (direction: 'in' | 'out', alone: boolean) =>
  direction === 'out' ? 2_000 : alone ? 20_000 : 6_000;

const matches = (subject: string) =>
  `to_tsvector('simple', plain_text(${subject})) @@ to_tsquery('simple', :words)`;
/** Of the words that a branch goes through the newest mails for. */
export const WINDOW_MATCHES = {
  in: `w.words @@ to_tsquery('simple', :words)`,
  out: matches('t.subject'),
};

const BY_TICKET = '(select id from tickets where number = :number)';
/** A mail of ours is called like its ticket. */
const OUT_WORDS = `e.ticket_id in (
  with hits as materialized (
    select ticket_id from ticket_documents where coalesce(staff_words, public_words) @@ to_tsquery('simple', :rarestout)
    limit ${MOST_MATCHES})
  select s.id from hits join tickets s on s.id = hits.ticket_id where ${matches('s.subject')})`;

// Without an order: asked for the newest, the plan would go through all mails for a word that is in one. Only the
// rarest word is asked of the index, which would collect all mails that have another one.
const HITS = `
  with hits as materialized (
    select id, subject_words from inbound_mails where subject_words @@ to_tsquery('simple', :rarestin) limit ${MOST_MATCHES + 1})
  select array(select id from hits where subject_words @@ to_tsquery('simple', :words)) as ids, (select count(*) from hits) as n`;

export type Quest = { hits?: number[] | undefined; rarestOut?: string | undefined };

/** How the words are to be looked for: all mails that have them, as long as they are few, or by going through the newest. */
export async function questOf(ctx: Context, filter: LogFilter): Promise<Quest> {
  const { words, each } = soughtIn(filter.words ?? '');
  if (words === undefined || !each) return {};
  const [inMails, inTickets] = await Promise.all([
    filter.direction === 'out' ? undefined : wayInMails(ctx, each),
    filter.direction === 'in' ? undefined : wayInTickets(ctx, each),
  ]);
  const rarestOut = inTickets?.isRare ? `${inTickets.rarest}:*` : undefined;
  if (!inMails?.isRare) return { rarestOut };
  const { text, bindings } = positional(HITS, { words, rarestin: `${inMails.rarest}:*` });
  const [row] = await ctx.transaction(async tx => {
    // Of two words one may be in every mail and the other in one: the index knows that, the estimate does not.
    await tx.db.raw('set local enable_seqscan = off');
    return query<{ ids: number[]; n: number }>(tx.db, text, bindings);
  });
  return { rarestOut, hits: row && row.n <= MOST_MATCHES ? row.ids : undefined };
}

/** The parts of the log that a filter asks for, and the values of their places. No part: nothing can match. */
export function branchesOf(
  filter: LogFilter,
  { hits, rarestOut }: Quest = {},
): { branches: Branch[]; values: Record<string, unknown> } {
  const { number, words } = soughtIn(filter.words ?? '');
  const address = filter.address?.trim().toLowerCase();
  if (filter.words && number === undefined && words === undefined) return { branches: [], values: {} };
  const ins = [
    ...(filter.mailboxId === undefined ? [] : ['m.mailbox_id = :mailbox']),
    ...(address ? ['lower(m.from_address) = :address'] : []),
    ...(number === undefined ? [] : [`m.ticket_id = ${BY_TICKET}`]),
    ...(hits === undefined ? [] : ['m.id = any(:hits::bigint[])']),
  ];
  const outs = [
    ...(address ? ['d.recipient_id = (select id from users where lower(email) = :address)'] : []),
    ...(number === undefined ? [] : [`e.ticket_id = ${BY_TICKET}`]),
    ...(rarestOut === undefined ? [] : [OUT_WORDS]),
  ];
  const asked = fateBranches(filter);
  const isAlone = asked.every(branch => branch.direction === 'in') || rarestOut !== undefined;
  const branches = asked.map(({ direction, where }): Branch => {
    const isCollected = direction === 'in' ? hits !== undefined : rarestOut !== undefined;
    return {
      direction,
      where: [where, ...(direction === 'in' ? ins : outs)].filter(Boolean).join(' and ') || 'true',
      isFew: number !== undefined || isCollected,
      window: words !== undefined && !isCollected ? windowOf(direction, isAlone) : undefined,
    };
  });
  const values = { mailbox: filter.mailboxId, address, number, words, hits, rarestout: rarestOut };
  return { branches, values };
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

function soughtIn(text: string): { number?: number; words?: string; each?: string[] } {
  const number = /^#?\s*(\d{1,15})$/.exec(text.trim())?.[1];
  if (number) return { number: Number(number) };
  const each = wordsOf(text).slice(0, 8);
  return each.length > 0 ? { words: each.map(word => `${word}:*`).join(' & '), each } : {};
}

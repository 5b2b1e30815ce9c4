import type { Context } from '../context.ts';
import { authorize } from '../policies.ts';
import { visibleTickets } from '../tickets/finding.ts';
import { type Branch, branchesOf, hitsOf, type LogFilter, type OutFate } from './log-filtering.ts';
import type { Fate } from './message.ts';

type Common = { id: number; at: Date; ticketNumber: number | null };

export type IncomingLine = Common & {
  direction: 'in';
  fate: Fate;
  rule: string | null;
  /** Of a refused mail: whether its sender was told. */
  answer: string | null;
  fromName: string | null;
  fromAddress: string | null;
  subject: string | null;
  mailbox: string | null;
  attempts: number;
  nextAttemptAt: Date;
};

export type OutgoingLine = Common & {
  direction: 'out';
  fate: OutFate;
  template: string;
  toName: string;
  toAddress: string | null;
  ticketSubject: string | null;
  attempts: number;
  nextAttemptAt: Date;
  lastError: string | null;
  bounce: { status?: string | null; reason?: string | null } | null;
};

export type MailLine = IncomingLine | OutgoingLine;

/** The mail at the edge of the page that was left: `i123.1700000000000000`, its id and its time in microseconds. */
export type LogCursor = { older?: string | undefined; newer?: string | undefined };
export type LogPage = {
  lines: MailLine[];
  /** Where the next page in each direction begins; undefined if there is none. */
  newer: string | undefined;
  older: string | undefined;
};

const CURSOR = /^([io])(\d{1,15})\.(\d{1,16})$/;
export const isLogCursor = (text: string) => CURSOR.test(text);

/**
 * Mails of tickets that a person is on the employee's side of are none of theirs: that one went out may tell of a note.
 * Of what is no ticket's the whole log is the admins'.
 */
export const mine = (ticketId: string, works: string) => `(${ticketId} is null or ${works})`;

const INCOMING = (works: string) => `
  select 'in' as direction, m.id, m.received_at as at from inbound_mails m left join tickets t on t.id = m.ticket_id
  where ${mine('m.ticket_id', works)}`;
const OUTGOING = (works: string) => `
  select 'out' as direction, d.id, d.created_at as at from deliveries d join events e on e.id = d.event_id
  left join tickets t on t.id = e.ticket_id where d.channel = 'mail' and ${mine('e.ticket_id', works)}`;

/** What a delivery is called in the log, from its state and what came back. */
export const OUT_FATE = `case when d.bounced_at is not null and d.state <> 'failed' then 'bounced'
  when d.state = 'pending' then case when d.attempts > 0 then 'retrying' else 'waiting' end else d.state end`;

const LINE = `
  case f.direction when 'in' then (
    select json_build_object('fate', m.fate, 'rule', m.rule, 'answer', m.detail ->> 'answer', 'fromName', m.from_name, 'fromAddress', coalesce(m.from_address, m.envelope_from),
      'subject', m.subject, 'mailbox', b.address, 'attempts', m.attempts, 'nextAttemptAt', m.next_attempt_at, 'ticketNumber', t.number)
    from inbound_mails m left join mailboxes b on b.id = m.mailbox_id left join tickets t on t.id = m.ticket_id where m.id = f.id)
  else (
    select json_build_object('fate', ${OUT_FATE}, 'template', d.template, 'toName', trim(u.first_name || ' ' || u.last_name),
      'toAddress', u.email, 'ticketSubject', t.subject, 'ticketNumber', t.number, 'attempts', d.attempts,
      'nextAttemptAt', d.next_attempt_at, 'lastError', d.last_error, 'bounce', d.bounce)
    from deliveries d join events e on e.id = d.event_id join users u on u.id = d.recipient_id
    left join tickets t on t.id = e.ticket_id where d.id = f.id) end as line`;

type Row = {
  direction: 'in' | 'out';
  id: number;
  at: Date;
  micros: string;
  line: Omit<IncomingLine & OutgoingLine, 'nextAttemptAt'> & { nextAttemptAt: string };
};

/** Every mail, in and out, the newest first. Each part walks an index of its own, however long the log is. */
export async function listMails(
  ctx: Context,
  filter: LogFilter,
  { older, newer }: LogCursor = {},
  limit = 25,
): Promise<LogPage> {
  authorize(ctx, 'mail.manage');
  const scope = visibleTickets(ctx);
  const { branches, values } = branchesOf(filter, await hitsOf(ctx, filter));
  if (branches.length === 0) return { lines: [], newer: undefined, older: undefined };
  const backwards = newer !== undefined;
  const edge = edgeOf(newer ?? older);
  const sort = backwards ? 'asc' : 'desc';
  const parts = branches.map(
    branch =>
      `(${partOf(branch, filter, edge, backwards, scope.works)} order by 3 ${sort}, 2 ${sort} limit :limit)`,
  );
  const rows = await scope.read<Row>(
    ctx.db,
    `with found as (select * from (${parts.join(' union all ')}) as f order by at ${sort}, direction ${sort}, id ${sort} limit :limit)
     select f.*, (extract(epoch from f.at) * 1000000)::bigint::text as micros, ${LINE}
     from found f order by at ${sort}, direction ${sort}, id ${sort}`,
    { ...values, ...edge, from: filter.from, to: filter.to, limit: limit + 1 },
  );
  const more = rows.length > limit;
  const shown = rows.slice(0, limit);
  if (backwards) shown.reverse();
  return {
    lines: shown.map(toLine),
    newer: (backwards ? more : older !== undefined) ? cursorOf(shown[0]) : undefined,
    older: (backwards ? true : more) ? cursorOf(shown.at(-1)) : undefined,
  };
}

const LARGEST = Number.MAX_SAFE_INTEGER;

/** Of two mails of one microsecond the one that came in is the older. */
function edgeOf(cursor: string | undefined) {
  const [, kind, id = '', micros = ''] = CURSOR.exec(cursor ?? '') ?? [];
  if (!kind) return undefined;
  const own = Number(id);
  return {
    micros,
    edgein: kind === 'i' ? own : LARGEST,
    edgeout: kind === 'o' ? own : 0,
  };
}

function partOf(
  { direction, where, isFew = false }: Branch,
  filter: LogFilter,
  edge: object | undefined,
  backwards: boolean,
  works: string,
): string {
  const [at, key] = direction === 'in' ? ['m.received_at', 'm.id'] : ['d.created_at', 'd.id'];
  const beyond = `(${at}, ${key}) ${backwards ? '>' : '<'} ('epoch'::timestamptz + :micros::bigint * interval '1 microsecond', :edge${direction}::bigint)`;
  const part = [
    direction === 'in' ? INCOMING(works) : OUTGOING(works),
    where,
    ...(filter.from ? [`${at} >= :from`] : []),
    ...(filter.to ? [`${at} < :to`] : []),
    ...(edge ? [beyond] : []),
  ].join(' and ');
  // `offset 0` keeps the limit out of it.
  return isFew ? `select * from (${part} offset 0) as few` : part;
}

const cursorOf = (row: Row | undefined) =>
  row && `${row.direction === 'in' ? 'i' : 'o'}${row.id}.${row.micros}`;

const toLine = ({ direction, id, at, line }: Row): MailLine =>
  ({ ...line, direction, id, at, nextAttemptAt: new Date(line.nextAttemptAt) }) as MailLine;

export type LogStates = {
  parked: number;
  quarantined: number;
  failed: number;
  received: number;
  retrying: number;
  bounced: number;
};

/** From here on it is "99+". */
export const MOST_COUNTED = 100;

/** How many wait for a person or for us, each counted to a hundred and no further. */
export async function countStates(ctx: Context): Promise<LogStates> {
  authorize(ctx, 'mail.manage');
  const scope = visibleTickets(ctx);
  const columns = (['parked', 'quarantined', 'failed', 'received', 'retrying', 'bounced'] as const).map(
    fate => {
      const [branch] = branchesOf({ fate }).branches;
      const rows = `${branch?.direction === 'in' ? INCOMING(scope.works) : OUTGOING(scope.works)} and ${branch?.where}`;
      return `(select count(*) from (${rows} limit ${MOST_COUNTED}) as r) as ${fate}`;
    },
  );
  const [row] = await scope.read<LogStates>(ctx.db, `select ${columns.join(', ')}`);
  return row as LogStates;
}

import type { Context } from '../context.ts';
import { authorize } from '../policies.ts';
import { visibleTickets } from '../tickets/finding.ts';
import {
  type Branch,
  branchesOf,
  type LogFilter,
  type OutFate,
  questOf,
  WINDOW_MATCHES,
} from './log-filtering.ts';
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
  /** Common words are looked for in so many mails at a time: those up to here were looked at. */
  reached?: Date | undefined;
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
    left join tickets t on t.id = e.ticket_id where d.id = f.id) end`;

type Row = Place & {
  line: Omit<IncomingLine & OutgoingLine, 'nextAttemptAt'> & { nextAttemptAt: string };
};

type Place = { direction: 'in' | 'out'; id: number; at: Date; micros: string };

/** Every mail, in and out, the newest first. Each part walks an index of its own, however long the log is. */
export async function listMails(
  ctx: Context,
  filter: LogFilter,
  { older, newer }: LogCursor = {},
  limit = 25,
): Promise<LogPage> {
  authorize(ctx, 'mail.manage');
  const scope = visibleTickets(ctx);
  const { branches, values } = branchesOf(filter, await questOf(ctx, filter));
  if (branches.length === 0) return { lines: [], newer: undefined, older: undefined };
  const backwards = newer !== undefined;
  const edge = edgeOf(newer ?? older);
  const sort = backwards ? 'asc' : 'desc';
  const order = `order by at ${sort}, direction ${sort}, id ${sort}`;
  const parts = branches.map((branch, i) => partOf(branch, i, { filter, edge, sort, works: scope.works }));
  const found = parts
    .map(part => `(${part.found} order by 3 ${sort}, 2 ${sort} limit :limit)`)
    .join(' union all ');
  const ends = parts.flatMap(({ end }) => end ?? []);
  const rows = await scope.read<Row & { isEnd: boolean }>(
    ctx.db,
    `with ${parts.map(part => part.window).join('')} found as (select *, false as "isEnd" from (${found}) as f ${order} limit :limit)
     select f.*, ${MICROS} as micros, case when not "isEnd" then (${LINE}) end as line
     from (${['select * from found', ...ends].join(' union all ')}) f ${order}, "isEnd"`,
    { ...values, ...edge, from: filter.from, to: filter.to, limit: limit + 1 },
  );
  const { shown, more, end } = pageOf(rows, limit);
  if (backwards) shown.reverse();
  // Where the page is not full, it goes on where the mails that were looked at end.
  const next = more ? shown.at(backwards ? 0 : -1) : end;
  return {
    lines: shown.map(toLine),
    newer: cursorOf(backwards ? next : older === undefined ? undefined : (shown[0] ?? end)),
    older: cursorOf(backwards ? (shown.at(-1) ?? end) : next),
    reached: more || backwards ? undefined : end?.at,
  };
}

const MICROS = '(extract(epoch from f.at) * 1000000)::bigint::text';

/**
 * Nothing beyond the first end counts: another branch may have a mail there that was not looked at yet.
 */
function pageOf(rows: readonly (Row & { isEnd: boolean })[], limit: number) {
  const at = rows.findIndex(row => row.isEnd);
  const before = at < 0 ? rows : rows.slice(0, at);
  return { shown: before.slice(0, limit), more: before.length > limit, end: at < 0 ? undefined : rows[at] };
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

type Reading = { filter: LogFilter; edge: object | undefined; sort: 'asc' | 'desc'; works: string };
type Part = { window: string; found: string; end?: string };

function partOf(branch: Branch, i: number, { filter, edge, sort, works }: Reading): Part {
  const { direction, where, isFew, window } = branch;
  const [at, key] = direction === 'in' ? ['m.received_at', 'm.id'] : ['d.created_at', 'd.id'];
  const beyond = `(${at}, ${key}) ${sort === 'asc' ? '>' : '<'} ('epoch'::timestamptz + :micros::bigint * interval '1 microsecond', :edge${direction}::bigint)`;
  const wanted = [
    where,
    ...(filter.from ? [`${at} >= :from`] : []),
    ...(filter.to ? [`${at} < :to`] : []),
    ...(edge ? [beyond] : []),
  ].join(' and ');
  if (window) {
    const name = `window${i}`;
    const rows = `${WINDOWED[direction]} and ${wanted} order by ${at} ${sort}, ${key} ${sort} limit ${window}`;
    return {
      window: `${name} as materialized (select w.*, row_number() over (order by at ${sort}, id ${sort}) as nth from (${rows}) as w),`,
      found: `select '${direction}' as direction, w.id, w.at from ${name} w left join lateral (select * from tickets where id = w.ticket_id offset 0) as t on true
        where ${WINDOW_MATCHES[direction]} and ${mine('w.ticket_id', works)}`,
      end: `select '${direction}', id, at, true from ${name} where nth = ${window}`,
    };
  }
  const part = `${direction === 'in' ? INCOMING(works) : OUTGOING(works)} and ${wanted}`;
  // `offset 0` keeps the limit out of it.
  return { window: '', found: isFew ? `select * from (${part} offset 0) as few` : part };
}

/** What is gone through for a common word, without a look at whose it is: that is asked of what has the word. */
const WINDOWED = {
  in: 'select m.id, m.received_at as at, m.ticket_id, m.subject_words as words from inbound_mails m where true',
  out: `select d.id, d.created_at as at, e.ticket_id from deliveries d join events e on e.id = d.event_id where d.channel = 'mail'`,
};

const cursorOf = (row: Place | undefined) =>
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

import { query } from '../../db/knex.ts';
import { personId } from '../access/actor.ts';
import type { Context } from '../context.ts';
import { authorize } from '../policies.ts';
import { WORKED_BY_USER } from './finding.ts';
import type { PersonName, Ticket } from './ticket.ts';

export type PresenceState = 'viewing' | 'replying';
/** Somebody else who works the ticket and is here now. */
export type Present = PersonName & { replying: boolean };

/** A page says every 20 seconds that it is still open. */
const HERE = `interval '45 seconds'`;
/** A draft that was saved so lately is still being written: the one sign that needs no script. */
const WRITING = `interval '2 minutes'`;

/**
 * Who else is here, as one column of another statement; see `presenceValues`. Only people who work the ticket are in
 * it, by the rule of `worksTicket`: what its requester types is theirs until it is sent.
 */
export const PRESENCE_COLUMN = `
  (select coalesce(json_agg(p), '[]') from (
     select u.id, u.first_name as "firstName", u.last_name as "lastName", bool_or(h.replying) as replying
     from (select user_id, state = 'replying' as replying from ticket_presence
           where ticket_id = ? and seen_at > now() - ${HERE}
           union all
           select user_id, true from drafts
           where scope = ? and updated_at > now() - ${WRITING} and body ->> 'body' <> '') h
     join users u on u.id = h.user_id join tickets t on t.id = ? where u.id <> ? and ${WORKED_BY_USER}
     group by u.id order by 4 desc, u.last_name, u.id limit 5) as p) as presence`;

export const presenceValues = (ctx: Context, ticket: { id: number }) => [
  ticket.id,
  `ticket:${ticket.id}`,
  ticket.id,
  personId(ctx.actor) ?? 0,
  ctx.settings.coordinatorsWorkAllTeams,
];

const PRESENT = `select ${PRESENCE_COLUMN.trim()}`;

export async function presentOn(ctx: Context, ticket: Ticket): Promise<Present[]> {
  authorize(ctx, 'ticket.work', ticket);
  const [row] = await query<{ presence: Present[] }>(ctx.db, PRESENT, presenceValues(ctx, ticket));
  return row?.presence ?? [];
}

const SEEN = `
  insert into ticket_presence as p (ticket_id, user_id, state) values (?, ?, ?)
  on conflict (ticket_id, user_id) do update set state = excluded.state, seen_at = now()
  returning (select b.state from ticket_presence b
             where b.ticket_id = p.ticket_id and b.user_id = p.user_id and b.seen_at > now() - ${HERE}) as before`;

/** The person has the ticket open, or is writing on it. The others hear of it only when it is news. */
export async function notePresence(ctx: Context, ticket: Ticket, state: PresenceState): Promise<void> {
  authorize(ctx, 'ticket.work', ticket);
  const [row] = await query<{ before: PresenceState | null }>(ctx.db, SEEN, [
    ticket.id,
    personId(ctx.actor),
    state,
  ]);
  if (row?.before !== state) tellOthers(ctx, ticket);
}

/** The person has closed the page. */
export async function leaveTicket(ctx: Context, ticket: Ticket): Promise<void> {
  authorize(ctx, 'ticket.work', ticket);
  const gone = await ctx
    .db('ticket_presence')
    .where({ ticket_id: ticket.id, user_id: personId(ctx.actor) })
    .delete();
  if (gone > 0) tellOthers(ctx, ticket);
}

const tellOthers = (ctx: Context, ticket: Ticket) =>
  ctx.world.announce({ about: 'presence', ticket: ticket.id, by: personId(ctx.actor) ?? 0 });

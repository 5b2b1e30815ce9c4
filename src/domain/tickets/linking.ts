import { personId } from '../access/actor.ts';
import type { Context, Tx } from '../context.ts';
import { Invalid, NotFound } from '../errors.ts';
import { recordEvent } from '../events/recording.ts';
import { authorize, can } from '../policies.ts';
import { resolveTicket } from './closing.ts';
import { visibleTickets } from './finding.ts';
import {
  INVERSE,
  KIND_OF,
  type LinkKind,
  linksSql,
  MAX_LINKS,
  type Relation,
  type TicketLink,
} from './link.ts';
import { lockBoth } from './locking.ts';
import { findTicket, type Ticket } from './ticket.ts';

/** Says what another ticket is to this one. Who links works both; said twice is said once. */
export async function linkTickets(
  ctx: Context,
  ticket: Ticket,
  other: Ticket,
  relation: Relation,
): Promise<void> {
  authorize(ctx, 'ticket.change', ticket);
  authorize(ctx, 'ticket.change', other);
  if (ticket.id === other.id) throw new Invalid({ number: ctx.t('A ticket cannot be linked to itself') });
  await ctx.transaction(async tx => {
    const { from: current, into: its } = await lockBoth(tx, ticket, other);
    authorize(tx, 'ticket.change', current);
    authorize(tx, 'ticket.change', its);
    const { kind, fromId, toId } = stored(current.id, its.id, relation);
    if (kind !== 'related') await oneAtATime(tx);
    await refuseLink(tx, kind, fromId, toId);
    const added = await tx
      .db('ticket_links')
      .insert({ from_id: fromId, to_id: toId, kind, created_by: personId(tx.actor), created_at: tx.now() })
      .onConflict(['from_id', 'to_id', 'kind'])
      .ignore()
      .returning('id');
    if (added.length > 0) await recordBoth(tx, 'ticket.linked', current, its, relation);
  });
}

/** Only a link that the person sees, so both tickets are theirs to work. */
export async function unlinkTickets(
  ctx: Context,
  ticket: Ticket,
  linkId: number,
): Promise<{ number: number; relation: Relation }> {
  authorize(ctx, 'ticket.change', ticket);
  return ctx.transaction(async tx => {
    const link = (await linksOf(tx, ticket)).find(one => one.linkId === linkId);
    if (!link) throw new NotFound('No such link');
    const other = await findTicket(tx, link.number);
    const removed = await tx.db('ticket_links').where({ id: linkId }).delete();
    if (removed > 0) await recordBoth(tx, 'ticket.unlinked', ticket, other, link.relation);
    return { number: link.number, relation: link.relation };
  });
}

export function linksOf(ctx: Context, ticket: { id: number }): Promise<TicketLink[]> {
  const scope = visibleTickets(ctx);
  return scope.read<TicketLink>(ctx.db, linksSql(scope), { ticket: ticket.id });
}

/** Children that still need somebody, among those the person works. */
export async function openChildren(ctx: Context, ticket: { id: number }): Promise<TicketLink[]> {
  const links = await linksOf(ctx, ticket);
  return links.filter(link => link.relation === 'child' && isOpen(link));
}

const isOpen = ({ statusKind }: TicketLink) => statusKind !== 'resolved' && statusKind !== 'closed';

/** Marks the open children as solved, each as a change of its own. Returns how many. */
export async function resolveChildren(ctx: Context, parent: Ticket): Promise<number> {
  authorize(ctx, 'ticket.change', parent);
  let solved = 0;
  for (const { number } of await openChildren(ctx, parent)) {
    const child = await findTicket(ctx, number);
    if (!can(ctx.actor, 'ticket.resolve', child)) continue;
    await resolveTicket(ctx, child);
    solved += 1;
  }
  return solved;
}

function stored(
  id: number,
  otherId: number,
  relation: Relation,
): { kind: LinkKind; fromId: number; toId: number } {
  const { kind, first } =
    relation === 'related' ? { kind: 'related' as const, first: id < otherId } : KIND_OF[relation];
  return first ? { kind, fromId: id, toId: otherId } : { kind, fromId: otherId, toId: id };
}

async function refuseLink(tx: Tx, kind: LinkKind, fromId: number, toId: number) {
  const { rows } = await tx.db.raw<{ rows: { from: number; to: number; parent: number | null }[] }>(
    `select (select count(*)::integer from ticket_links where from_id = ? or to_id = ?) as "from",
            (select count(*)::integer from ticket_links where from_id = ? or to_id = ?) as "to",
            (select from_id from ticket_links where to_id = ? and kind = 'parent-of') as parent`,
    [fromId, fromId, toId, toId, toId],
  );
  const { from, to, parent } = rows[0]!;
  if (Math.max(from, to) >= MAX_LINKS)
    throw new Invalid({ number: tx.t('A ticket can have {{count}} links', { count: MAX_LINKS }) });
  if (kind === 'parent-of' && parent !== null && parent !== fromId)
    throw new Invalid({ number: tx.t('The child has a parent already. Remove that link first') });
  if (kind !== 'related' && (await leadsTo(tx, kind, toId, fromId)))
    throw new Invalid({ number: tx.t('These two are linked the other way round already') });
}

/**
 * Two links of four tickets can close a circle although they share none of them, so locks on tickets are not enough.
 * It is the last lock that is taken: who waits for it holds up nobody who has it.
 */
const oneAtATime = (tx: Tx) => tx.db.raw(`select pg_advisory_xact_lock(hashtextextended('ticket_links', 0))`);

/**
 * Whether following links of the kind from one ticket comes to the other: that would close a circle. Followed from
 * the end, since a child has one parent and a parent many children.
 */
async function leadsTo(tx: Tx, kind: LinkKind, startId: number, endId: number): Promise<boolean> {
  const { rows } = await tx.db.raw<{ rows: unknown[] }>(
    `with recursive reached as (
       select ?::bigint as id union
       select l.from_id from ticket_links l join reached on l.to_id = reached.id where l.kind = ?)
     select 1 from (select id from reached limit 1000) as near where id = ?`,
    [endId, kind, startId],
  );
  return rows.length > 0;
}

/** Told on both, to the desk alone, by number: who cannot see the other learns no more. */
async function recordBoth(tx: Tx, type: string, ticket: Ticket, other: Ticket, relation: Relation) {
  for (const [on, about, as] of [
    [ticket, other, relation],
    [other, ticket, INVERSE[relation]],
  ] as const)
    await recordEvent(
      tx,
      type,
      { objectType: 'ticket', objectId: on.id, label: `#${on.number}`, ticketId: on.id },
      { internal: true, data: { number: about.number, relation: as } },
    );
}

import { query } from '../../db/knex.ts';
import type { Context, Tx } from '../context.ts';
import type { DomainEvent } from '../events/dispatching.ts';
import { authorize } from '../policies.ts';
import { applyChanges } from './changing.ts';
import { tagName } from './tag.ts';
import { lockTicket, type Ticket } from './ticket.ts';

/** Adds what is missing; the tags there are stay. Nothing to add, nothing written. */
export const addTags = (ctx: Context, ticket: Ticket, names: readonly string[]): Promise<Ticket> =>
  retag(ctx, ticket, current => [...current, ...names]);

export const removeTags = (ctx: Context, ticket: Ticket, names: readonly string[]): Promise<Ticket> => {
  const gone = new Set(names.map(tagName));
  return retag(ctx, ticket, current => current.filter(name => !gone.has(name)));
};

async function retag(
  ctx: Context,
  ticket: Ticket,
  next: (current: readonly string[]) => string[],
): Promise<Ticket> {
  authorize(ctx, 'ticket.change', ticket);
  return ctx.transaction(async tx => {
    const current = await lockTicket(tx, ticket);
    authorize(tx, 'ticket.change', current);
    return applyChanges(tx, current, { tags: next(current.tags) }, 'changed');
  });
}

const SUGGESTED = 10;

// A range of the key, so that no more is read than begins with the letters; the most used of those first.
const SUGGEST = `
  select name from (
    select name, uses from tags where name >= ? and name < ? and uses > 0 order by name limit 300) as found
  order by uses desc, name limit ${SUGGESTED}`;

/** Names only, that begin with the letters: for whoever works at the desk. */
export async function suggestTags(ctx: Context, prefix: string): Promise<string[]> {
  authorize(ctx, 'queue.read');
  const from = tagName(prefix);
  const rows = await query<{ name: string }>(ctx.db, SUGGEST, [from, `${from}\u{10ffff}`]);
  return rows.map(row => row.name);
}

/** How many tickets carry each name, kept up by events: after the commit, a batch at a time, in one order. */
export async function countTags(tx: Tx, events: readonly DomainEvent[]): Promise<void> {
  const uses = new Map<string, number>();
  const add = (names: unknown, n: number) => {
    if (Array.isArray(names)) for (const name of names) uses.set(name, (uses.get(name) ?? 0) + n);
  };
  for (const { changes } of events) {
    add(changes.tags?.[0], -1);
    add(changes.tags?.[1], 1);
  }
  const changed = [...uses].filter(([, n]) => n !== 0).sort(([a], [b]) => (a < b ? -1 : 1));
  if (changed.length === 0) return;
  await tx.db.raw(
    `insert into tags (name, uses) select * from unnest(?::text[], ?::bigint[])
     on conflict (name) do update set uses = tags.uses + excluded.uses`,
    [changed.map(([name]) => name), changed.map(([, n]) => n)],
  );
}

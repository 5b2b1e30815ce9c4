import { query } from '../../db/knex.ts';
import { isAdmin, isPerson } from '../access/actor.ts';
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

/** Whose tags a person may know of: of their teams and of tickets without one; of all teams if they work them all. */
export const teamsOfTags = ({ actor }: Pick<Context, 'actor'>): number[] | undefined =>
  isPerson(actor) && !isAdmin(actor) && !actor.worksAllTeams ? [0, ...actor.teamIds] : undefined;

// A range of the key, so that no more is read than begins with the letters; the most used of those first.
const SUGGEST = `
  select name from (
    select name, uses from tags where name >= ? and name < ? and uses > 0 order by name limit 300) as found
  order by uses desc, name limit ${SUGGESTED}`;

// The same in each of the teams. Changes not folded yet are rows as well.
const SUGGEST_OF_TEAMS = `
  select name from (
    select name, sum(n) as uses from unnest(?::bigint[]) as own (team) cross join lateral (
      select name, n from team_tags where queue_team = own.team and name >= ? and name < ? order by name limit 1000
    ) as known group by name) as found
  where uses > 0 order by uses desc, name limit ${SUGGESTED}`;

/** Names only, that begin with the letters: for whoever works at the desk, of tickets that they may see. */
export async function suggestTags(ctx: Context, prefix: string): Promise<string[]> {
  authorize(ctx, 'queue.read');
  const from = tagName(prefix);
  const range = [from, `${from}\u{10ffff}`];
  const teams = teamsOfTags(ctx);
  const rows = teams
    ? await query<{ name: string }>(ctx.db, SUGGEST_OF_TEAMS, [teams, ...range])
    : await query<{ name: string }>(ctx.db, SUGGEST, range);
  return rows.map(row => row.name);
}

/** Folds the changes of each name into one row. Safe beside itself and beside writers. */
export async function foldTeamTags(ctx: Context): Promise<void> {
  await ctx.db.raw(`
    with changed as (
      select distinct queue_team, name from team_tags where not folded limit 5000
    ), gone as (
      delete from team_tags t using changed c where t.queue_team = c.queue_team and t.name = c.name
      returning t.queue_team, t.name, t.n
    )
    insert into team_tags (queue_team, name, n, folded)
    select queue_team, name, sum(n), true from gone group by 1, 2 having sum(n) <> 0`);
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

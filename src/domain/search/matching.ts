import { query } from '../../db/knex.ts';
import { isAdmin, isPerson, isStaff } from '../access/actor.ts';
import type { Context } from '../context.ts';
import { positional, type Scope, visibleTickets } from '../tickets/finding.ts';
import { scopeWords } from './documents.ts';
import { MOST_INDEXED, type Narrowing, narrowing } from './filtering.ts';
import { type Frequencies, frequenciesOf } from './lexicon.ts';
import { type Asked, allOf, findsSomething, parseSearch, type Term } from './parsing.ts';
import { FARTHEST, type Way, wayFor } from './planning.ts';
import type { Weighed } from './ranking.ts';
import { weighedSql, weighing } from './weighing.ts';

/** At most this many hits are answered; a word that is everywhere is answered from the newest tickets. */
export const MAX_HITS = 200;
/** The index hands out at most so many, the newest of them. */
const COLLECTED = 16_000;

/** What is looked for: a tsquery (none: the operators alone), the operators, and the way to it. */
export type Quest = {
  wanted: string | undefined;
  filter: Narrowing;
  way: Way;
  limit: number;
  /** The terms whose weight in each hit is to be told as well. */
  weigh?: readonly Term[] | undefined;
};

/**
 * Ids of the newest tickets that match, among those the person may see. Notes are searched for those they work
 * only. What narrows the index to the person's own teams is a hint in the documents; the rule itself is applied to
 * every hit.
 */
export async function matchingIds(ctx: Context, text: string, limit = MAX_HITS): Promise<number[]> {
  const asked = parseSearch(text, ctx.now());
  if (!findsSomething(asked)) return [];
  return (await matching(ctx, asked, { limit })).hits.map(hit => hit.id);
}

export type Matching = { hits: Weighed[]; filter: Narrowing; frequencies: Frequencies };

/** All the words and operators; how much each word says only where that is asked for. */
export async function matching(
  ctx: Context,
  asked: Asked,
  { limit, weighed = false }: { limit: number; weighed?: boolean },
): Promise<Matching> {
  const [frequencies, filter] = await Promise.all([
    frequenciesOf(ctx, asked.terms),
    narrowing(ctx, asked.filters, visibleTickets(ctx)),
  ]);
  const wanted = allOf(asked.terms);
  const way = wayFor(asked.terms, frequencies, limit);
  const quest = { wanted, filter, way, limit, weigh: weighed ? asked.terms : undefined };
  const hits = wanted || asked.filters.length > 0 ? await find(ctx, quest) : [];
  return { hits, filter, frequencies };
}

/** Newest first. A walk that ended before the page was full is widened once, by the index. */
export async function find(ctx: Context, quest: Quest): Promise<Weighed[]> {
  const { filter, limit } = quest;
  if (filter.nothing) return [];
  if (filter.indexed) return run(ctx, quest, indexedSql(ctx, quest));
  const walks = quest.way.by === 'walk' && (!quest.wanted || isStaffOrManager(ctx));
  if (!walks && quest.wanted) return run(ctx, quest, collectSql(ctx, quest.wanted));
  const back = quest.way.by === 'walk' ? quest.way.back : FARTHEST;
  const found = await run(ctx, quest, walkSql(ctx, quest, back));
  if (!quest.wanted || found.length >= Math.min(limit, 20) || back >= FARTHEST) return found;
  return run(ctx, quest, collectSql(ctx, quest.wanted));
}

async function run(ctx: Context, quest: Quest, sql: string): Promise<Weighed[]> {
  const { filter, limit, wanted } = quest;
  const scope = visibleTickets(ctx);
  const weigh = weighing(quest.weigh);
  const values = {
    ...scope.values,
    ...filter.values,
    ...weigh?.values,
    ...teamValues(ctx),
    ...(wanted && { wanted, narrowed: narrow(ctx, wanted) }),
  };
  const { text, bindings } = positional(
    (weigh ? weighedSql(sql, readable(scope, ctx)) : sql)
      .replaceAll('NARROWED', '(:narrowed)::tsquery')
      .replaceAll('LIMIT', `limit ${Number(limit)}`)
      .replaceAll('FILTER', filter.where)
      .replaceAll('VISIBLE', scope.visible),
    values,
  );
  // A walk has one plan whatever the words. How many the index collects decides its plan, and operators make too many
  // texts: those are sent without a name.
  if (filter.where === 'true' && quest.way.by === 'walk' && !sql.includes('NARROWED'))
    return query<Weighed>(ctx.db, text, bindings);
  const { rows } = await ctx.db.raw<{ rows: Weighed[] }>(text, bindings as never);
  return rows;
}

const SEEN = 'VISIBLE and t.spam_at is null and FILTER';
const NEWEST = 'order by t.created_at desc, t.id desc LIMIT';
/** Hidden from the planner, who would weigh each word anew: the way is already chosen. */
const WANTED = '(select (:wanted)::tsquery)';

/** What of document `d` the person may be asked about, for a ticket `t` they see. */
export function readable(scope: Scope, ctx: Context): string {
  if (!isStaff(ctx.actor)) return 'd.public_words';
  return `(case when ${scope.works} then coalesce(d.staff_words, d.public_words) else d.public_words end)`;
}

/** Behind a fence, so that the planner cannot walk in the hope of an early hit. */
function collectSql(ctx: Context, wanted: string): string {
  const staff = isStaff(ctx.actor);
  const vector = staff ? 'coalesce(d.staff_words, d.public_words)' : 'd.public_words';
  // A word that must not be there may stand in a note the person cannot read: that must not hide the ticket from them.
  const orInPublic = staff && wanted.includes('!') ? ' or d.public_words @@ NARROWED' : '';
  return `with d as materialized (
      select ticket_id, public_words, staff_words from ticket_documents d
      where (${vector} @@ NARROWED${orInPublic}) order by ticket_id + 0 desc limit ${COLLECTED})
    select t.id, t.created_at from d cross join lateral (select * from tickets where id = d.ticket_id offset 0) as t
    where ${readable(visibleTickets(ctx), ctx)} @@ ${WANTED} and ${SEEN} ${NEWEST}`;
}

/** From the newest back, each team's index merged with the others', until enough is found. */
function walkSql(ctx: Context, { wanted, limit }: Quest, back: number): string {
  const staff = isStaff(ctx.actor);
  // One document is read by its key, and only then its words: written so that no index of words fits.
  const said = wanted ? saying(staff, wanted) : '';
  const walk = `select t.id, t.created_at from (select * from (${streams(ctx, back)}) as stream order by created_at desc, id desc limit ${back}) as w ${said}
    cross join lateral (select * from tickets where id = w.id offset 0) as t
    where ${wanted ? `${readable(visibleTickets(ctx), ctx)} @@ ${WANTED} and ` : ''}${SEEN}
    order by w.created_at desc, w.id desc LIMIT`;
  const own = ownSql(ctx, wanted);
  if (!own) return walk;
  return `with walked as materialized (${walk}),
    far as materialized (select coalesce((select min(created_at) from walked having count(*) >= ${Number(limit)}), '-infinity') as back)
    select t.id, t.created_at from (select * from walked union (${own})) as t ${NEWEST}`;
}

function saying(staff: boolean, wanted: string): string {
  const words = (vector: string) => `(case when d.ticket_id > 0 then ${vector} end) @@ ${WANTED}`;
  const any = staff ? words('coalesce(d.staff_words, d.public_words)') : words('d.public_words');
  const orInPublic = staff && wanted.includes('!') ? ` or ${words('d.public_words')}` : '';
  return `cross join lateral (select * from ticket_documents d where d.ticket_id = w.id and (${any}${orInPublic}) offset 0) as d`;
}

/** The tickets that are the person's to work, newest first: one index scan a team, merged without a sort. */
function streams(ctx: Context, back: number): string {
  const { actor } = ctx;
  const each = (whose: string) =>
    `(select id, created_at from tickets where spam_at is null${whose} order by created_at desc, id desc limit ${back})`;
  if (!isPerson(actor) || isAdmin(actor) || actor.worksAllTeams || actor.managedDepartmentIds.length > 0)
    return each('');
  if (!isStaff(actor)) return each(' and requester_id = :me');
  return Object.keys(teamValues(ctx))
    .map(name => each(` and queue_team = :${name}`))
    .join(' union all ');
}

/** One name a team, so that people of as many teams share a statement. 0 is no team's queue. */
const teamValues = ({ actor }: Context): Record<string, number> =>
  isPerson(actor) && isStaff(actor)
    ? Object.fromEntries([0, ...actor.teamIds].map((id, i) => [`team${i}`, id]))
    : {};

/** What the person asked for or watches, outside what they work: never much, and nothing older than a full page reaches. */
function ownSql(ctx: Context, wanted: string | undefined): string | undefined {
  const { actor } = ctx;
  if (!isPerson(actor) || isAdmin(actor)) return undefined;
  if (isStaff(actor) && actor.worksAllTeams) return undefined;
  const says = wanted
    ? ` cross join lateral (select * from ticket_documents where ticket_id = mine.id offset 0) as d
        where ${readable(visibleTickets(ctx), ctx)} @@ ${WANTED} and`
    : ' where';
  const teams = Object.keys(teamValues(ctx)).map(name => `:${name}`);
  const elsewhere = teams.length > 0 ? ` where queue_team not in (${teams.join(', ')})` : '';
  return `with mine as materialized (
      select id from (select id, queue_team, created_at from tickets where requester_id = :me order by updated_at desc, id desc limit 1000) as asked${elsewhere}
      union (select ticket_id from ticket_watchers where user_id = :me limit 1000))
    select t.id, t.created_at from mine
    cross join lateral (select * from tickets where id = mine.id and created_at >= (select back from far) offset 0) as t${says} ${SEEN} ${NEWEST}`;
}

/** Few tickets, or somebody's, found by their index. */
function indexedSql(ctx: Context, { wanted, filter }: Quest): string {
  const says = wanted
    ? ` cross join lateral (select * from ticket_documents where ticket_id = w.id offset 0) as d where ${readable(visibleTickets(ctx), ctx)} @@ ${WANTED} and`
    : ' where';
  return `select t.id, t.created_at from (select id, created_at from (${filter.indexed}) as found order by created_at desc, id desc limit ${MOST_INDEXED}) as w
    cross join lateral (select * from tickets where id = w.id offset 0) as t${says} ${SEEN} order by w.created_at desc, w.id desc LIMIT`;
}

const isStaffOrManager = ({ actor }: Context) =>
  !isPerson(actor) || isStaff(actor) || actor.managedDepartmentIds.length > 0;

/** Only documents that carry one of the person's teams, or the person: unless they may see more than that. */
function narrow(ctx: Context, wanted: string): string {
  const { actor } = ctx;
  if (!isPerson(actor) || isAdmin(actor) || actor.managedDepartmentIds.length > 0) return wanted;
  if (isStaff(actor) && actor.worksAllTeams) return wanted;
  const own = scopeWords({
    teamIds: isStaff(actor) ? [0, ...actor.teamIds] : [],
    requesterId: actor.id,
    watcherIds: [actor.id],
  });
  return `(${wanted}) & (${own.map(word => `'${word}'`).join(' | ')})`;
}

import { isAdmin, isPerson, isStaff } from '../access/actor.ts';
import type { Context } from '../context.ts';
import { positional, visibleTickets } from '../tickets/finding.ts';
import { scopeWords } from './documents.ts';
import { searchQuery } from './querying.ts';

/** At most this many hits are answered; a word that is everywhere is answered from the newest tickets. */
export const MAX_HITS = 200;
/** More hits than this (by the planner's guess) and the newest tickets are walked instead of the index. */
const COMMON = 8_000;
/** How far back that walk goes: it bounds the cost of a search, whatever the words. */
const WINDOW = 30_000;

/**
 * Ids of the newest tickets that match, among those the person may see. Notes are searched for those they work
 * only. What narrows the index to the person's own teams is a hint in the documents; the rule itself is applied to
 * every hit. Sent without a name: its plan depends on the words.
 */
export async function matchingIds(ctx: Context, text: string, limit = MAX_HITS): Promise<number[]> {
  // Whole words first: the index narrows those to the asker's teams. An unfinished word it can only collect, so
  // that is asked for what is still missing.
  const whole = searchQuery(text, { unfinished: false });
  const wanted = searchQuery(text);
  if (!whole || !wanted) return [];
  const found = await idsOf(ctx, whole, limit);
  if (found.length >= limit || wanted === whole) return found;
  const more = await idsOf(ctx, wanted, limit);
  return [...new Set([...found, ...more])].sort((x, y) => y - x).slice(0, limit);
}

async function idsOf(ctx: Context, wanted: string, limit: number): Promise<number[]> {
  const scope = visibleTickets(ctx);
  const staff = isStaff(ctx.actor);
  const vector = staff ? 'coalesce(d.staff_words, d.public_words)' : 'd.public_words';
  const narrowed = narrow(ctx, wanted);
  const common = (await guess(ctx, vector, wanted.includes(':*') ? wanted : narrowed)) > COMMON;
  // Written so that no index fits, for the walk below: an index scan would first collect every hit there is.
  const read = (words: string) => (common ? `(case when d.ticket_id > 0 then ${words} end)` : words);
  const mayRead = staff ? `(case when ${scope.works} then ${vector} else d.public_words end)` : read(vector);
  // A word that must not be there may stand in a note the person cannot read: that must not hide the ticket from them.
  const orInPublic =
    staff && wanted.includes('!') ? ` or ${read('d.public_words')} @@ (:narrowed)::tsquery` : '';
  const matches = `(${read(vector)} @@ (:narrowed)::tsquery${orInPublic})`;
  const seen = `${mayRead} @@ (:wanted)::tsquery and ${scope.visible} and t.spam_at is null order by d.ticket_id desc limit :limit`;
  // Common: the newest are walked until the page is full, within a window. Rare: the index finds all there are,
  // behind a fence, so that the planner cannot walk in the hope of an early hit.
  const sql = common
    ? `select t.id from ticket_documents d join tickets t on t.id = d.ticket_id
       where d.ticket_id > (select coalesce(max(id), 0) - ${WINDOW} from tickets) and ${matches} and ${seen}`
    : `with d as materialized (select ticket_id, public_words, staff_words from ticket_documents d
         where ${matches} order by ticket_id desc limit ${COMMON * 2})
       select t.id from d join tickets t on t.id = d.ticket_id where ${seen}`;
  const { text: statement, bindings } = positional(sql, { ...scope.values, wanted, narrowed, limit });
  const { rows } = await ctx.db.raw<{ rows: { id: number }[] }>(statement, bindings as never);
  return rows.map(row => row.id);
}

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

/** The planner's estimate of the hits, which reads no row. The words are letters and digits only (`searchQuery`). */
async function guess(ctx: Context, vector: string, wanted: string): Promise<number> {
  const { rows } = await ctx.db.raw<{ rows: { 'QUERY PLAN': [{ Plan: { 'Plan Rows': number } }] }[] }>(
    `explain (format json) select 1 from ticket_documents d where ${vector} @@ '${wanted.replaceAll("'", "''")}'::tsquery`,
  );
  return rows[0]?.['QUERY PLAN'][0].Plan['Plan Rows'] ?? 0;
}

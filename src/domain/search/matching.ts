import { query } from '../../db/knex.ts';
import { isStaff } from '../access/actor.ts';
import type { Context } from '../context.ts';
import { visibleTickets } from '../tickets/finding.ts';
import { searchQuery } from './querying.ts';

/** At most this many hits are ranked; a word that is everywhere is answered from the newest tickets. */
export const MAX_HITS = 200;
const NEWEST = 20_000;

/** Ids of the newest tickets that match, among those the person may see. Notes are searched for those they work only. */
export async function matchingIds(ctx: Context, text: string, limit = MAX_HITS): Promise<number[]> {
  const wanted = searchQuery(text);
  if (!wanted) return [];
  const scope = visibleTickets(ctx);
  const words = isStaff(ctx.actor)
    ? `(case when ${scope.works} then coalesce(d.staff_words, d.public_words) else d.public_words end) @@ (:wanted)::tsquery`
    : 'd.public_words @@ (:wanted)::tsquery';
  const indexed = isStaff(ctx.actor) ? 'coalesce(d.staff_words, d.public_words)' : 'd.public_words';
  const common = await isCommon(ctx, wanted, indexed);
  // Rare: the index finds all, behind a fence so that the planner cannot walk the newest instead.
  // Common: the newest are walked until the page is full, in a window that bounds the cost.
  const candidates = common
    ? `select d.ticket_id, d.public_words, d.staff_words from ticket_documents d
       where d.ticket_id > (select coalesce(max(id), 0) - ${NEWEST} from tickets) and ${indexed} @@ (:wanted)::tsquery order by d.ticket_id desc limit 2000`
    : `select d.ticket_id, d.public_words, d.staff_words from ticket_documents d where ${indexed} @@ (:wanted)::tsquery order by d.ticket_id desc limit 20000`;
  const rows = await scope.read<{ id: number }>(
    ctx.db,
    `with d as materialized (${candidates})
     select t.id from d join tickets t on t.id = d.ticket_id where ${words} and ${scope.visible} and t.spam_at is null order by t.id desc limit :limit`,
    { wanted, limit },
  );
  return rows.map(row => row.id);
}

/** By the planner's own estimate, which costs no reading. */
async function isCommon(ctx: Context, wanted: string, indexed: string): Promise<boolean> {
  const [plan] = await query<{ 'QUERY PLAN': [{ Plan: { 'Plan Rows': number } }] }>(
    ctx.db,
    `explain (format json) select 1 from ticket_documents d where ${indexed} @@ '${wanted.replaceAll("'", "''")}'::tsquery`,
  );
  return (plan?.['QUERY PLAN'][0].Plan['Plan Rows'] ?? 0) > 5_000;
}

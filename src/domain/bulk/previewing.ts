import { personId } from '../access/actor.ts';
import type { Context } from '../context.ts';
import { visibleTickets } from '../tickets/finding.ts';
import { type Facts, factsOf } from './facts.ts';
import { type Judged, judge, type Verdict } from './judging.ts';
import { mailsFor } from './mails.ts';
import type { BulkRun } from './run.ts';
import type { BulkTask, Reason } from './task.ts';

/** A ticket as a preview shows it, beside what an act looks at. */
export type Previewed = Judged & {
  number: number;
  subject: string;
  statusName: string;
  employeeStatusName: string;
  assigneeName: string | null;
  teamName: string | null;
  categoryName: string | null;
  requesterHasMail: boolean;
  watchers: number;
};

export type PreviewRow = Verdict & { ticket: Previewed };
export type Sum = { state: Verdict['state']; reason: Reason | null; n: number };
export type Preview = { changes: number; sums: Sum[]; rows: PreviewRow[]; mails: number; facts: Facts };

/** Rows that a preview shows; its sums are over all. */
export const SHOWN = 50;

const COLUMNS = `
  t.id, t.number, t.subject, t.status, t.status_kind as "statusKind", s.name as "statusName", s.employee_name as "employeeStatusName",
  t.waiting_on as "waitingOn", t.priority, t.category_id as "categoryId", c.name as "categoryName", t.team_id as "teamId", tm.name as "teamName",
  t.assignee_id as "assigneeId", trim(a.first_name || ' ' || a.last_name) as "assigneeName", t.tags, t.spam_at as "spamAt",
  t.requester_id as "requesterId", r.email is not null and r.status = 'active' as "requesterHasMail", m.number as "mergedInto",
  (select count(*) from ticket_watchers w where w.ticket_id = t.id and w.user_id <> :me)::int as watchers,
  exists (select 1 from ticket_followers f where f.ticket_id = t.id and f.user_id = :me) as following`;

/**
 * What starting the run now would come to, ticket by ticket, judged anew each time it is looked at. Nothing is
 * written. A ticket that went out of the person's sight meanwhile is one of the missing.
 */
export async function previewRun(ctx: Context, run: BulkRun & BulkTask): Promise<Preview> {
  const scope = visibleTickets(ctx);
  const [facts, tickets] = await Promise.all([
    factsOf(ctx, run),
    scope.read<Previewed>(
      ctx.db,
      `select ${COLUMNS}, ${scope.relation} from bulk_items i join tickets t on t.id = i.ticket_id
       join statuses s on s.key = t.status join users r on r.id = t.requester_id left join users a on a.id = t.assignee_id
       left join teams tm on tm.id = t.team_id left join categories c on c.id = t.category_id left join tickets m on m.id = t.merged_into
       where i.run_id = :run and ${scope.visible} order by i.position`,
      { run: run.id, me: personId(ctx.actor) },
    ),
  ]);
  const rows = tickets.map((ticket): PreviewRow => ({ ticket, ...judge(ctx, ticket, run, facts) }));
  const missing = run.missing + run.total - tickets.length;
  return {
    changes: rows.filter(row => row.state === 'changed').length,
    sums: sumsOf(rows, missing),
    rows: [...rows].sort((a, b) => ORDER[a.state] - ORDER[b.state]).slice(0, SHOWN),
    mails: mailsFor(ctx, run, facts, rows),
    facts,
  };
}

/** What will not happen is what a person needs to see first. */
const ORDER: Record<Verdict['state'], number> = { refused: 0, unchanged: 1, changed: 2 };

function sumsOf(rows: readonly PreviewRow[], missing: number): Sum[] {
  const sums = new Map<string, Sum>();
  const add = (state: Verdict['state'], reason: Reason | null, n: number) => {
    const sum = sums.get(`${state} ${reason}`) ?? { state, reason, n: 0 };
    sums.set(`${state} ${reason}`, { ...sum, n: sum.n + n });
  };
  for (const { state, reason } of rows) if (state !== 'changed') add(state, reason, 1);
  if (missing > 0) add('refused', 'not-found', missing);
  return [...sums.values()];
}

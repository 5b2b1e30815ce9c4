import type { Context } from '../context.ts';
import { authorize } from '../policies.ts';
import { visibleTickets } from '../tickets/finding.ts';

export const timeGroups = ['person', 'team', 'category', 'requester'] as const;
export type TimeGroup = (typeof timeGroups)[number];

/** Days, both included: `2026-11-01`. */
export type Period = { from: string; to: string };

export type TimeRow = {
  id: number | null;
  /** Empty for what has no team or no category. */
  name: string;
  minutes: number;
  entries: number;
  tickets: number;
};

export type TimeReport = { rows: TimeRow[]; minutes: number; more: boolean };

/** A year and a day: what a report reads has an end. */
export const MOST_DAYS = 366;
const MOST_ROWS = 200;

const full = (alias: string) => `trim(${alias}.first_name || ' ' || ${alias}.last_name)`;
const GROUPS: Record<TimeGroup, { id: string; name: string; join: string }> = {
  person: { id: 'e.person_id', name: full('p'), join: 'join users p on p.id = e.person_id' },
  team: { id: 't.team_id', name: `coalesce(tm.name, '')`, join: 'left join teams tm on tm.id = t.team_id' },
  category: {
    id: 't.category_id',
    name: `coalesce(c.name, '')`,
    join: 'left join categories c on c.id = t.category_id',
  },
  requester: { id: 't.requester_id', name: full('r'), join: 'join users r on r.id = t.requester_id' },
};

const SPENT = 'e.minutes is not null and e.spent_on >= :from::date and e.spent_on <= :to::date';

/** Time spent in a period on the tickets the person may work, by one of four views, the longest first. */
export async function timeReport(ctx: Context, by: TimeGroup, period: Period): Promise<TimeReport> {
  authorize(ctx, 'time.report');
  const scope = visibleTickets(ctx);
  const { id, name, join } = GROUPS[by];
  const rows = await scope.read<TimeRow & { total: number }>(
    ctx.db,
    `select ${id} as id, ${name} as name, sum(e.minutes)::int as minutes, count(*)::int as entries,
            count(distinct e.ticket_id)::int as tickets, (sum(sum(e.minutes)) over ())::int as total
     from time_entries e join tickets t on t.id = e.ticket_id ${join}
     where ${SPENT} and ${scope.works}
     group by 1, 2 order by 3 desc, 2, 1 limit ${MOST_ROWS + 1}`,
    bounded(period),
  );
  return {
    rows: rows.slice(0, MOST_ROWS).map(({ total: _, ...row }) => row),
    minutes: rows[0]?.total ?? 0,
    more: rows.length > MOST_ROWS,
  };
}

export type SpentEntry = {
  id: number;
  spentOn: string;
  person: string;
  number: number;
  subject: string;
  team: string | null;
  category: string | null;
  requester: string;
  minutes: number;
  note: string;
};

const BATCH = 1_000;

/** Every entry of the period, oldest first, a thousand at a time. */
export async function* everyTimeEntry(ctx: Context, period: Period): AsyncGenerator<SpentEntry[]> {
  authorize(ctx, 'time.report');
  const scope = visibleTickets(ctx);
  const { from, to } = bounded(period);
  for (let after = { from, id: 0 }; ; ) {
    const rows = await scope.read<SpentEntry>(
      ctx.db,
      `select e.id, e.spent_on as "spentOn", ${full('p')} as person, t.number, t.subject, tm.name as team,
              c.name as category, ${full('r')} as requester, e.minutes, e.note
       from time_entries e join tickets t on t.id = e.ticket_id
       join users p on p.id = e.person_id join users r on r.id = t.requester_id
       left join teams tm on tm.id = t.team_id left join categories c on c.id = t.category_id
       where ${SPENT} and (e.spent_on, e.id) > (:from::date, :id::bigint) and ${scope.works}
       order by e.spent_on, e.id limit ${BATCH}`,
      { ...after, to },
    );
    const last = rows.at(-1);
    if (!last) return;
    yield rows;
    if (rows.length < BATCH) return;
    after = { from: last.spentOn, id: last.id };
  }
}

const DAY = 86_400_000;

/** A longer period loses its beginning; one that is the wrong way round is empty. */
function bounded({ from, to }: Period): Period {
  const earliest = new Date(Date.parse(to) - (MOST_DAYS - 1) * DAY).toISOString().slice(0, 10);
  return { from: from < earliest ? earliest : from, to };
}

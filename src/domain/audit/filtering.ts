import type { Context } from '../context.ts';

export type AuditKind = 'sign-in' | 'people' | 'tickets' | 'settings' | 'data';

export type AuditFilter = {
  /** A person, a ticket's number, or a network address. */
  q?: string;
  kind?: AuditKind;
  from?: Date;
  /** Exclusive. */
  to?: Date;
};

/**
 * One condition on `events e` that an index answers; a search is the union of some. `true` alone is everything,
 * which has an index by time.
 */
export type Branch = { where: string; values: Record<string, unknown> };

/** What each kind on the page covers, by the beginning of the event's type. */
export const auditKinds: Record<AuditKind, readonly string[]> = {
  'sign-in': ['session.', 'user.sessions-ended', 'user.password-changed', 'user.reset-asked'],
  people: ['user.', 'team.', 'department.'],
  tickets: ['ticket.', 'reply.', 'note.', 'comment.', 'attachment.', 'checklist.', 'time.'],
  settings: ['settings.', 'category.', 'template.', 'mail-template.', 'job.', 'audit.'],
  data: ['export.', 'import.', 'attachment.', 'comment.redacted', 'ticket.notes-read'],
};

const MOST_PEOPLE = 25;

/** No branch: nothing can match. */
export async function branchesOf(ctx: Context, { q = '', kind }: AuditFilter): Promise<Branch[]> {
  const types = kind ? await typesOf(ctx, kind) : undefined;
  const subjects = await subjectsOf(ctx, q.trim());
  if (subjects === undefined) {
    if (!types) return [{ where: 'true', values: {} }];
    // A walk along (type, id) for each, so that a rare kind costs no more than a common one.
    return types.map((type, index) => ({
      where: `e.type = :type${index}`,
      values: { [`type${index}`]: type },
    }));
  }
  if (!types) return subjects;
  return subjects.map(({ where, values }) => ({
    where: `${where} and e.type = any(:types::text[])`,
    values: { ...values, types },
  }));
}

/** Which types there are is read from the index by skipping from one to the next: a few steps for any number of rows. */
async function typesOf(ctx: Context, kind: AuditKind): Promise<string[]> {
  const { rows } = await ctx.db.raw<{ rows: { type: string }[] }>(`
    with recursive types as (
      (select type from events order by type limit 1)
      union all
      select (select e.type from events e where e.type > types.type order by e.type limit 1) from types where types.type is not null
    ) select type from types where type is not null`);
  return rows.map(row => row.type).filter(type => auditKinds[kind].some(start => type.startsWith(start)));
}

/** Undefined for an empty search. */
async function subjectsOf(ctx: Context, q: string): Promise<Branch[] | undefined> {
  if (!q) return undefined;
  if (/^#?\d{1,15}$/.test(q)) {
    return [
      {
        where: 'e.ticket_id = (select id from tickets where number = :number)',
        values: { number: Number(q.replace('#', '')) },
      },
    ];
  }
  const people = await peopleIds(ctx, q);
  const branches = people.flatMap((id, index): Branch[] => [
    { where: `e.actor_id = :actor${index}`, values: { [`actor${index}`]: id } },
    { where: `e.object_type = 'user' and e.object_id = :user${index}`, values: { [`user${index}`]: id } },
  ]);
  const isAddress = /^[0-9a-f.:]{3,45}$/i.test(q) && /[.:]/.test(q);
  if (!isAddress) return branches;
  return [
    ...branches,
    {
      where: 'e.id in (select event_id from event_origins where address = :address)',
      values: { address: q },
    },
  ];
}

/** People by the beginning of a name or address. */
async function peopleIds(ctx: Context, q: string): Promise<number[]> {
  const words = q.split(/\s+/).slice(0, 4);
  const people = ctx.db('users').orderByRaw('lower(last_name), lower(first_name), id').limit(MOST_PEOPLE);
  for (const word of words) {
    const prefix = `${word.replace(/[\\%_]/g, '\\$&')}%`;
    people.where(query =>
      query
        .whereRaw('plain_text(first_name) like plain_text(?)', [prefix])
        .orWhereRaw('plain_text(last_name) like plain_text(?)', [prefix])
        .orWhereRaw('lower(email) like lower(?)', [prefix])
        .orWhereRaw('lower(company_id) like lower(?)', [prefix]),
    );
  }
  return people.pluck('id');
}

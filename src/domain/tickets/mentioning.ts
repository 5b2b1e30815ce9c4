import { isPerson, type Person, type Role } from '../access/actor.ts';
import type { Context } from '../context.ts';
import { authorize } from '../policies.ts';
import { worksTicket } from './policy.ts';
import type { PersonName, Ticket } from './ticket.ts';

/** Somebody a message names, and how it names them: "@Marek Nowak" is `as: "Marek Nowak"`. */
export type Mention = { id: number; as: string };

export const MAX_MENTIONS = 20;

type Row = PersonName & { email: string | null; role: Role; teamIds: number[]; watching: boolean };

const COLLEAGUES = `
  select u.id, u.first_name as "firstName", u.last_name as "lastName", u.email, u.role,
         array(select m.team_id from team_members m join teams t on t.id = m.team_id and t.archived_at is null
               where m.user_id = u.id) as "teamIds",
         exists (select 1 from ticket_watchers w where w.ticket_id = ? and w.user_id = u.id) as watching
  from users u where u.status = 'active' and u.role in ('coordinator', 'admin') order by lower(u.first_name), lower(u.last_name), u.id
  limit 1000`;

/** Who may read the ticket's notes: only they can be named in a message, and only they hear of it. */
export async function mentionable(ctx: Context, ticket: Ticket, q = ''): Promise<PersonName[]> {
  authorize(ctx, 'ticket.work', ticket);
  const wanted = q.toLowerCase().trim();
  const names = (await colleagues(ctx, ticket)).filter(
    each =>
      nameOf(each).toLowerCase().startsWith(wanted) ||
      each.lastName.toLowerCase().startsWith(wanted) ||
      handleOf(each)?.startsWith(wanted),
  );
  return names.map(({ id, firstName, lastName }) => ({ id, firstName, lastName }));
}

async function colleagues(ctx: Context, ticket: Ticket): Promise<Row[]> {
  const { rows } = await ctx.db.raw<{ rows: Row[] }>(COLLEAGUES, [ticket.id]);
  return rows.filter(row =>
    worksTicket(personOf(ctx, row), { ...ticket, watching: row.watching, managing: false }),
  );
}

const personOf = (ctx: Context, row: Row): Person => ({
  ...row,
  kind: 'person',
  departmentId: null,
  managedDepartmentIds: [],
  worksAllTeams: ctx.settings.coordinatorsWorkAllTeams,
  locale: null,
  timeZone: null,
  shortcuts: false,
  unread: 0,
});

const nameOf = (person: PersonName) => `${person.firstName} ${person.lastName}`.trim();
const handleOf = ({ email }: Row) => email?.split('@')[0]?.toLowerCase();

/**
 * Whom a text names: "@First Last", "@handle" (what stands before the @ of their address), or "@First" where only one
 * is called so. Written as people write it, so that it reads the same in mail, search and a draft.
 */
export async function mentionsIn(ctx: Context, ticket: Ticket, body: string): Promise<Mention[]> {
  if (!body.includes('@') || !isPerson(ctx.actor)) return [];
  const people = await colleagues(ctx, ticket);
  const names = new Map<string, number[]>();
  const add = (name: string | undefined, id: number) => {
    const key = name?.toLowerCase();
    if (key) names.set(key, [...new Set([...(names.get(key) ?? []), id])]);
  };
  for (const person of people) {
    add(nameOf(person), person.id);
    add(handleOf(person), person.id);
  }
  for (const person of people) {
    const alone = people.filter(each => each.firstName === person.firstName).length === 1;
    if (alone && !names.has(person.firstName.toLowerCase())) add(person.firstName, person.id);
  }
  return found(body, names);
}

/** The longest name that stands at each "@". An escaped one names nobody: so a placeholder is filled in. */
function found(body: string, names: ReadonlyMap<string, number[]>): Mention[] {
  const byLength = [...names.keys()].sort((a, b) => b.length - a.length);
  const mentions = new Map<number, Mention>();
  for (const { index } of body.matchAll(/(?<![\p{L}\p{N}_.@\\])@(?=[\p{L}\p{N}])/gu)) {
    const rest = body.slice(index + 1, index + 200).toLowerCase();
    const name = byLength.find(
      each => rest.startsWith(each) && !/^[\p{L}\p{N}_]/u.test(rest.slice(each.length)),
    );
    if (!name) continue;
    const as = body.slice(index + 1, index + 1 + name.length);
    for (const id of names.get(name) ?? []) if (!mentions.has(id)) mentions.set(id, { id, as });
  }
  return [...mentions.values()].slice(0, MAX_MENTIONS);
}
